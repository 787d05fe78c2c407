/** Forms: the browser's time zone, filters that send themselves, no second click, focus on faults. */
import { findAll, onContent } from './content.js'

const delay = 350 // ms after the last key before a filter is sent
const patience = 10_000 // ms after which an unanswered form may be sent again
let timer

const submit = (form) => form.isConnected && form.requestSubmit()

document.addEventListener('change', ({ target }) => {
  const form = target.form
  if (form?.matches('[data-autosubmit]') && target.type !== 'search') submit(form)
})

document.addEventListener('input', ({ target }) => {
  const form = target.form
  if (!form?.matches('[data-autosubmit]') || target.type !== 'search') return
  clearTimeout(timer)
  timer = setTimeout(() => submit(form), delay)
})

// A form that posts once is sent once; coming back to the page makes it usable again.
document.addEventListener('submit', (event) => {
  const form = event.target
  if (event.defaultPrevented || form.getAttribute('method')?.toLowerCase() !== 'post') return
  if (form.ariaBusy === 'true') {
    event.preventDefault()
    return
  }
  form.ariaBusy = 'true'
  setTimeout(() => form.removeAttribute('aria-busy'), patience)
})

/** `<select data-follows="type">`: offers only the group of options that the chosen radio stands for. */
function follow(select) {
  const chosen = select.form.elements[select.dataset.follows].value
  const names = { expense: 'Money out', income: 'Money in' }
  for (const group of select.querySelectorAll('optgroup')) {
    group.hidden = group.disabled = group.label !== names[chosen]
  }
  if (select.selectedOptions[0]?.closest('optgroup')?.disabled) select.value = ''
}

/** `data-for-type="transfer"`: shown only while a radio of that type is chosen. */
function fit(form) {
  const chosen = form.elements.type?.value
  for (const part of form.querySelectorAll('[data-for-type]')) {
    part.hidden = !part.dataset.forType.split(' ').includes(chosen)
  }
}

document.addEventListener('change', ({ target }) => {
  if (target.name === 'type' && target.form) fit(target.form)
  for (const select of target.form?.querySelectorAll('select[data-follows]') ?? []) {
    if (select.dataset.follows === target.name) follow(select)
  }
})

addEventListener('pageshow', () => {
  for (const form of document.querySelectorAll('form[aria-busy]')) form.removeAttribute('aria-busy')
})

onContent((root) => {
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone
  for (const field of findAll(root, 'input[data-timezone]')) field.value ||= zone
  findAll(root, 'select[data-follows]').forEach(follow)
  new Set(findAll(root, '[data-for-type]').map((part) => part.closest('form'))).forEach(fit)
  findAll(root, '#errors')[0]?.focus()
})
