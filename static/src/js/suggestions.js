/** `data-suggestion="/address"`: suggests a category for what a form says so far; never sets it by itself. */
import { findAll, onContent } from './content.js'

const asked = ['payee', 'description', 'type']
const refused = new Set()

async function suggest(form, place) {
  const said = Object.fromEntries(asked.map((name) => [name, form.elements[name]?.value.trim() ?? '']))
  const key = JSON.stringify(said)
  const isOpen = form.elements.category_id.value === '' && (said.payee || said.description)
  if (!isOpen || said.type === 'transfer' || refused.has(key)) return place.replaceChildren()
  if (place.dataset.asked === key && place.firstElementChild) return
  place.dataset.asked = key
  const address = new URL(place.dataset.suggestion, location)
  for (const [name, value] of Object.entries(said)) address.searchParams.set(name, value)
  const response = await fetch(address, { headers: { 'HX-Request': 'true' } }).catch(() => null)
  const part = response?.status === 200 ? await response.text() : ''
  // What was typed meanwhile counts.
  if (place.dataset.asked === key && form.elements.category_id.value === '') place.innerHTML = part
}

const placeOf = (element) => element.form?.querySelector('[data-suggestion]')

document.addEventListener('change', ({ target }) => {
  const place = placeOf(target)
  if (place && [...asked, 'category_id'].includes(target.name)) suggest(target.form, place)
})

document.addEventListener('click', ({ target }) => {
  const button = target.closest('[data-use-category], [data-refuse]')
  const place = button?.closest('[data-suggestion]')
  if (!place) return
  const form = place.closest('form')
  const select = form.elements.category_id
  if (button.dataset.useCategory) {
    select.value = button.dataset.useCategory
    select.dispatchEvent(new Event('change', { bubbles: true }))
  } else {
    refused.add(place.dataset.asked)
    if (button.dataset.payee) refuse(button.dataset.refuse, button.dataset.payee, form)
  }
  place.replaceChildren()
  select.focus()
})

/** Remembers that no category is wanted for a payee. */
function refuse(address, payee, form) {
  const body = new URLSearchParams({ payee, csrf_token: form.elements.csrf_token.value })
  fetch(address, { method: 'POST', body, headers: { 'HX-Request': 'true' } }).catch(() => null)
}

// A form that begins with a payee, as a copy of another row does, is asked for at once.
onContent((root) => {
  for (const place of findAll(root, '[data-suggestion]')) suggest(place.closest('form'), place)
})
