/**
 * Choosing rows of a list: the bar says how many are ticked and what they come to; its buttons fetch
 * the page that changes or deletes them into a dialog. "All that match" goes across pages.
 */
import { findAll, htmx, onContent } from './content.js'
import { openDialog } from './dialogs.js'
import { announce } from './requests.js'

const bar = () => document.getElementById('selection')
const boxes = () => [...document.querySelectorAll('input[name=ids][form=selection]')]
const chosen = () => boxes().filter((box) => box.checked)
const isAll = () => bar()?.elements.all?.checked ?? false
let anchor = null

/** What ticked rows come to, as "−54.30 € and −3.00 $"; transfers have no amount here. */
function together(ticked) {
  const sums = new Map()
  for (const { dataset } of ticked) {
    if (dataset.amount) sums.set(dataset.currency, (sums.get(dataset.currency) ?? 0) + Number(dataset.amount))
  }
  return [...sums].map(([currency, minor]) => {
    const format = new Intl.NumberFormat(bar().dataset.locale, { style: 'currency', currency })
    return format.format(minor / 10 ** format.resolvedOptions().maximumFractionDigits)
  })
}

function tell(ticked) {
  const words = document.getElementById('bulk-chosen')
  const strong = document.createElement('strong')
  strong.textContent = `${ticked.length} chosen`
  words.replaceChildren(strong)
  const sums = together(ticked)
  sums.forEach((text, number) => {
    const amount = document.createElement('span')
    amount.className = 'amount'
    amount.textContent = text
    words.append(number ? ' and ' : ticked.length > 1 ? ', together ' : ', ', amount)
  })
}

const address = (form, submitter) => `${form.getAttribute('action')}?${new URLSearchParams(new FormData(form, submitter))}`

/** Brings the bar to what is ticked; how much all that match come to, only the server knows. */
export function update() {
  const form = bar()
  document.documentElement.classList.toggle('is-choosing', isAll() || chosen().length > 0)
  if (!form) return
  const ticked = chosen()
  form.dataset.count = isAll() ? form.dataset.total : ticked.length
  for (const box of document.querySelectorAll('[data-choose-page]')) {
    box.checked = ticked.length > 0 && ticked.length === boxes().length
    box.indeterminate = ticked.length > 0 && !box.checked
  }
  if (!isAll()) return tell(ticked)
  htmx.ajax('GET', address(form), { target: '#bulk-chosen', select: '.bulk-summary', swap: 'innerHTML' })
}

const say = () => announce(document.getElementById('bulk-chosen').textContent.trim())

function chooseAll(checked) {
  for (const box of boxes()) box.checked = checked
}

/** Ticks nothing; true where something was. */
export function chooseNone() {
  if (!bar() || (!isAll() && !chosen().length)) return false
  if (bar().elements.all) bar().elements.all.checked = false
  chooseAll(false)
  update()
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
  const ids = new Set(chosen().map((box) => box.value))
  await refresh()
  for (const box of boxes()) box.checked = ids.has(box.value)
  update()
}

/** Opens the dialog that changes or deletes what is ticked; with a row, that one where nothing is. */
export function act(deed, row) {
  if (row && !chosen().length) choose(row)
  bar()?.requestSubmit(bar().querySelector(`[name=deed][value=${deed}]`))
}

/** Whoever takes one row out of all that match means those that are still ticked. */
function leaveAll() {
  const all = bar()?.elements.all
  if (all?.checked && chosen().length < boxes().length) all.checked = false
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
  else if (target.matches('#selection [name=all]')) chooseAll(target.checked)
  else if (!target.matches('input[name=ids][form=selection]')) return
  leaveAll()
  update()
  if (!isAll()) say()
})

document.addEventListener('submit', async (event) => {
  const form = event.target
  if (form.id !== 'selection') return
  event.preventDefault()
  if (!isAll() && !chosen().length) return announce('Nothing is chosen. Choose rows with x first.')
  const place = document.getElementById('bulk-place')
  const deed = event.submitter?.value ?? 'change'
  place.replaceChildren()
  await htmx.ajax('GET', address(form, event.submitter), { target: place, select: '#bulk', swap: 'innerHTML' })
  document.getElementById('bulk-title').textContent = deed === 'delete' ? 'Delete?' : 'Change'
  if (place.querySelector('#bulk')) openDialog('bulk-dialog')
})

// What comes into the dialog after a fault begins where the fault is; a new list ends the dialog.
onContent((root) => {
  if (root instanceof Element && root.id === 'bulk') {
    ;(root.querySelector('#errors') ?? root.querySelector('[aria-invalid]'))?.focus()
  }
  if (!findAll(root, '#list').length) return
  anchor = null
  const dialog = document.getElementById('bulk-dialog')
  if (dialog?.open) {
    dialog.close()
    document.querySelector('#list .row-item')?.focus({ preventScroll: true })
  }
  update()
})

addEventListener('pageshow', update)
