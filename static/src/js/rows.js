/**
 * A list by keyboard: j and k move from row to row, x chooses one, e edits it where it stands. Each
 * row is a link and has the focus itself, so Enter opens it and it is read out.
 */
import { htmx } from './content.js'
import { act, choose, chooseNone, keeping, update } from './selection.js'
import { listening } from './shortcuts.js'

const rows = () => [...document.querySelectorAll('#list .rows > li')]
let last = null

/** The row that has the focus, or had it last. */
function current() {
  const row = document.activeElement?.closest('#list .rows > li') ?? (last && document.getElementById(last))
  return row?.isConnected ? row : null
}

function focus(row) {
  const target = row?.querySelector('.row-item, [name=description]')
  if (!target) return
  target.focus({ preventScroll: true })
  row.scrollIntoView({ block: 'nearest' })
}

function move(step) {
  const all = rows()
  const at = all.indexOf(current())
  focus(all[at < 0 ? 0 : Math.min(all.length - 1, Math.max(0, at + step))])
}

const edit = (row) => row?.querySelector('.row-edit')?.click()

const keys = {
  j: () => move(1),
  k: () => move(-1),
  x: (row) => row && choose(row),
  X: (row) => row && choose(row, true),
  e: edit,
  '#': (row) => act('delete', row),
  Delete: (row) => act('delete', row),
}

function onKey(event) {
  const cancel = event.key === 'Escape' && event.target.closest?.('.row-editing')?.querySelector('[data-cancel]')
  if (cancel) {
    event.preventDefault()
    return cancel.click()
  }
  if (!listening(event) || event.defaultPrevented || !document.querySelector('#list .rows')) return
  if (event.key === 'Escape') return chooseNone()
  if (event.key === 'Enter' && event.target.matches('input[name=ids]')) {
    event.preventDefault()
    return event.target.closest('li').querySelector('.row-item').click()
  }
  const key = keys[event.key]
  if (!key || (!document.getElementById('selection') && !'jk'.includes(event.key))) return
  event.preventDefault()
  key(current())
}

document.addEventListener('keydown', onKey)

document.addEventListener('focusin', ({ target }) => {
  const row = target.closest('#list .rows > li')
  if (row) last = row.id
})

// A row that is chosen stays so while its fields stand in its place: its box waits in there.
const waiting = new Map()

document.addEventListener('htmx:beforeSwap', ({ detail: { target } }) => {
  const box = target.matches?.('#list .rows > li') && target.querySelector('input[name=ids]:checked')
  if (box) waiting.set(target.id, box)
})

// A row that comes back from its fields has the focus again; fields with a fault begin there.
document.addEventListener('htmx:afterSettle', ({ detail: { elt } }) => {
  const box = waiting.get(elt.id)
  if (elt.matches?.('.row-editing')) {
    if (box) {
      box.hidden = true
      elt.append(box)
    }
    const field = elt.querySelector('[aria-invalid]') ?? elt.querySelector('[name=description]')
    field.focus({ preventScroll: true })
    elt.scrollIntoView({ block: 'nearest' })
    field.scrollIntoView({ block: 'nearest' })
  } else if (elt.matches?.('.row-choosable')) {
    waiting.delete(elt.id)
    if (box) elt.querySelector('input[name=ids]').checked = true
    update()
    focus(elt)
  }
})

// Another date or amount: the row may belong elsewhere, and sums are others. What is chosen stays so.
document.addEventListener('rowmoved', async () => {
  const row = last
  waiting.delete(row)
  await keeping(() => htmx.ajax('GET', location.href, { target: '#list', select: '#list', swap: 'outerHTML' }))
  focus(row && document.getElementById(row))
})
