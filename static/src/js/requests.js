/** htmx: the CSRF token with every request, a sign while waiting, words when something fails. */
import { ask } from './dialogs.js'
import { findAll } from './content.js'

const root = document.documentElement
const token = () => document.querySelector('meta[name="csrf-token"]')?.content
let waiting = 0

/** Says something to people who listen instead of look. */
export function announce(text) {
  const live = document.getElementById('live')
  live.textContent = ''
  // An empty region first, so the same words twice are read twice.
  setTimeout(() => (live.textContent = text), 50)
}

function showFault(text) {
  const flash = document.getElementById('flash')
  // What asks again by itself fails again: the same words once are enough.
  if (flash.querySelector('p')?.textContent === text) return
  const shown = document.getElementById('fault-template').content.cloneNode(true)
  shown.querySelector('p').textContent = text
  flash.replaceChildren(shown)
  flash.scrollIntoView({ block: 'nearest' })
}

/** What the server says in its own words when it can, else what the number means. */
function faultText(xhr) {
  if (xhr.status === 429) return 'That was a bit fast. Wait a moment, then try again.'
  if (xhr.status === 403 || xhr.status === 400) return 'This page is out of date. Reload it and try again.'
  if (xhr.status === 404) return 'This is no longer there. It may have been deleted elsewhere.'
  return 'Something went wrong on the server. Nothing was changed; try again in a moment.'
}

const isPoll = (event) => event.detail.requestConfig?.triggeringEvent == null

document.addEventListener('htmx:configRequest', (event) => {
  event.detail.headers['X-CSRFToken'] = token()
  if (event.detail.verb !== 'get') return
  // The address of a filtered list says what narrows it, and nothing else.
  const { formData } = event.detail
  for (const [name, value] of [...formData]) if (value === '') formData.delete(name)
})

document.addEventListener('htmx:beforeRequest', (event) => {
  if (isPoll(event)) return
  waiting += 1
  root.classList.add('is-loading')
})

document.addEventListener('htmx:afterRequest', (event) => {
  if (isPoll(event)) return
  waiting = Math.max(0, waiting - 1)
  if (!waiting) root.classList.remove('is-loading')
})

document.addEventListener('htmx:responseError', ({ detail: { xhr } }) => {
  if (xhr.status === 401) location.reload()
  else showFault(faultText(xhr))
})

document.addEventListener('htmx:sendError', () => {
  showFault('Outlay could not be reached. Check your connection, then try again.')
})

document.addEventListener('htmx:confirm', (event) => {
  if (!event.detail.question) return
  event.preventDefault()
  ask(event.detail.question).then((yes) => yes && event.detail.issueRequest(true))
})

// Words for the live region: a response header `HX-Trigger: {"announce": "…"}` or, in what was
// swapped in, an element with data-announce.
document.addEventListener('announce', (event) => announce(event.detail.value))

document.addEventListener('htmx:afterSettle', (event) => {
  const [spoken] = findAll(event.detail.elt, '[data-announce]')
  if (spoken) announce(spoken.dataset.announce || spoken.textContent.trim())
})
