/**
 * Choosing rows of a list: the bar says how many are ticked and what they come to; its buttons fetch
 * the page that changes or deletes them into a dialog. What is ticked stays so on other pages of the
 * same list, in whatever order, for as long as the tab is open; "all that match" does, too.
 */
import { findAll, htmx, onContent } from './content.js'
import { openDialog } from './dialogs.js'
import { announce } from './requests.js'

const PLACE = 'chosen'
const bar = () => document.getElementById('selection')
const boxes = () => [...document.querySelectorAll('input[name=ids][form=selection]')]
const chosen = () => boxes().filter((box) => box.checked)
const isAll = () => bar()?.elements.all?.checked ?? false
const isAny = () => isAll() || kept.size > 0
let anchor = null
/** What is ticked on any page: [amount in minor units, currency] by id; transfers have no amount. */
let kept = new Map()

function stored() {
  try {
    return JSON.parse(sessionStorage.getItem(PLACE))
  } catch {
    return null
  }
}

function store(selection) {
  try {
    sessionStorage.setItem(PLACE, JSON.stringify(selection))
  } catch {
    /* the page itself still has what is ticked on it */
  }
}

/** Ticks what was ticked on this list before; on another one, nothing is. */
function recall() {
  const form = bar()
  if (!form) return
  const last = stored()
  const mine = last?.list === form.dataset.list ? last : { rows: [], all: false }
  kept = new Map(mine.rows)
  if (form.elements.all) form.elements.all.checked = mine.all
  for (const box of boxes()) box.checked = isAll() || kept.has(box.value)
}

function remember() {
  for (const box of boxes()) {
    if (box.checked) kept.set(box.value, [box.dataset.amount, box.dataset.currency])
    else kept.delete(box.value)
  }
  store({ list: bar().dataset.list, all: isAll(), rows: [...kept] })
}

function forget() {
  kept.clear()
  store(null)
}

/** What is ticked comes to, as "−54.30 € and −3.00 $". */
function together() {
  const sums = new Map()
  for (const [amount, currency] of kept.values()) {
    if (amount) sums.set(currency, (sums.get(currency) ?? 0) + Number(amount))
  }
  return [...sums].map(([currency, minor]) => {
    const format = new Intl.NumberFormat(bar().dataset.locale, { style: 'currency', currency })
    return format.format(minor / 10 ** format.resolvedOptions().maximumFractionDigits)
  })
}

function tell(elsewhere) {
  const words = document.getElementById('bulk-chosen')
  const strong = document.createElement('strong')
  strong.textContent = `${kept.size} chosen`
  words.replaceChildren(strong)
  if (elsewhere) words.append(`, ${elsewhere} of them on other pages`)
  together().forEach((text, number) => {
    const amount = document.createElement('span')
    amount.className = 'amount'
    amount.textContent = text
    words.append(number ? ' and ' : kept.size > 1 ? ', together ' : ', ', amount)
  })
}

/** What the bar says of all that is chosen, and with which button. */
function said(submitter) {
  const data = new FormData(bar(), submitter)
  data.delete('ids')
  if (!isAll()) for (const id of kept.keys()) data.append('ids', id)
  return data
}

/** Fetches a part of the page that says what is chosen and asks what is to become of it. */
function fetchInto(place, select, submitter) {
  const values = said(submitter)
  return htmx.ajax('POST', bar().action, { source: place, target: place, select, swap: 'innerHTML', values })
}

/** Brings the bar to what is ticked; how much all that match come to, only the server knows. */
function show() {
  const form = bar()
  document.documentElement.classList.toggle('is-choosing', !!form && isAny())
  if (!form) return
  const ticked = chosen().length
  form.dataset.count = isAll() ? form.dataset.total : kept.size
  for (const box of document.querySelectorAll('[data-choose-page]')) {
    box.checked = ticked > 0 && ticked === boxes().length
    box.indeterminate = ticked > 0 && !box.checked
  }
  if (isAll()) fetchInto(document.getElementById('bulk-chosen'), '.bulk-summary')
  else tell(kept.size - ticked)
}

/** Keeps what is ticked by now, and says so. */
export function update() {
  if (bar()) remember()
  show()
}

const say = () => announce(document.getElementById('bulk-chosen').textContent.trim())

function chooseAll(checked) {
  for (const box of boxes()) box.checked = checked
}

/** Ticks nothing; true where something was. */
export function chooseNone() {
  if (!bar() || !isAny()) return false
  if (bar().elements.all) bar().elements.all.checked = false
  chooseAll(false)
  forget()
  show()
  announce('Nothing chosen')
  return true
}

/** Ticks a row, or takes it back; with `range`, all from the last one to here. */
export function choose(row, range = false) {
  const box = row.querySelector('input[name=ids]')
  if (!box) return
  const all = boxes()
  const from = all.indexOf(anchor)
  const state = range && from >= 0 ? true : !box.checked
  const [first, last] = [range && from >= 0 ? from : all.indexOf(box), all.indexOf(box)].sort((a, b) => a - b)
  for (const one of all.slice(first, last + 1)) one.checked = state
  anchor = box
  leaveAll()
  update()
  say()
}

/** Reads the list again; what is ticked and still there is ticked afterwards. */
export async function keeping(refresh) {
  if (bar()) remember()
  await refresh()
  recall()
  update()
}

/** Opens the dialog that changes or deletes what is ticked; with a row, that one where nothing is. */
export function act(deed, row) {
  if (row && !isAny()) choose(row)
  bar()?.requestSubmit(bar().querySelector(`[name=deed][value=${deed}]`))
}

/** Whoever takes one row out of all that match means those of this page that are still ticked. */
function leaveAll() {
  const all = bar()?.elements.all
  if (!all?.checked || chosen().length === boxes().length) return
  all.checked = false
  kept.clear()
}

document.addEventListener('click', (event) => {
  const box = event.target.closest('input[name=ids][form=selection]')
  if (box && event.shiftKey && anchor) {
    box.checked = !box.checked
    choose(box.closest('li'), true)
  } else if (box) anchor = box
  if (event.target.closest('[data-choose-none]')) chooseNone()
})

document.addEventListener('change', ({ target }) => {
  if (target.matches('[data-choose-page]')) chooseAll(target.checked)
  else if (target.matches('#selection [name=all]')) {
    chooseAll(target.checked)
    kept.clear()
  } else if (!target.matches('input[name=ids][form=selection]')) return
  leaveAll()
  update()
  if (!isAll()) say()
})

document.addEventListener('submit', async (event) => {
  const form = event.target
  if (form.id !== 'selection') return
  event.preventDefault()
  if (!isAny()) return announce('Nothing is chosen. Choose rows with x first.')
  const place = document.getElementById('bulk-place')
  const deed = event.submitter?.value ?? 'change'
  place.replaceChildren()
  await fetchInto(place, '#bulk', event.submitter)
  document.getElementById('bulk-title').textContent = deed === 'delete' ? 'Delete?' : 'Change'
  if (place.querySelector('#bulk')) openDialog('bulk-dialog')
})

// What comes into the dialog after a fault begins where the fault is; a new list ends the dialog, as
// what was chosen is done.
onContent((root) => {
  if (root instanceof Element && root.id === 'bulk') {
    ;(root.querySelector('#errors') ?? root.querySelector('[aria-invalid]'))?.focus()
  }
  if (!findAll(root, '#list').length) return
  anchor = null
  const dialog = document.getElementById('bulk-dialog')
  if (dialog?.open) {
    dialog.close()
    forget()
    document.querySelector('#list .row-item')?.focus({ preventScroll: true })
  }
  recall()
  show()
})

// A page that the browser kept for "back" may be older than what was ticked since.
addEventListener('pageshow', ({ persisted }) => {
  if (!persisted) return
  recall()
  show()
})

// Whoever comes after somebody in the same tab begins with nothing.
document.addEventListener('submit', ({ target }) => {
  if (target.matches('[data-sign-out]')) forget()
})
