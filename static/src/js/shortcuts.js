/**
 * Keyboard shortcuts, declared where they act: `data-key="n"` (or two keys, `data-key="g m"`) on a
 * link, button or field. The first visible one in the page's own content wins over the frame's.
 * They can be switched off in the help dialog (WCAG 2.1.4).
 */
import { recall, remember } from './preferences.js'

const pause = 1200 // ms between the two keys of a sequence
let prefix = ''
let timer

const typing = (target) => target.closest('input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable]')
const visible = (element) => element.checkVisibility({ visibilityProperty: true })

function findTarget(key) {
  const all = [...document.querySelectorAll(`[data-key="${CSS.escape(key)}"]`)]
  const inMain = all.filter((element) => element.closest('main'))
  return [...inMain, ...all].find((element) => visible(element)) ?? all[0]
}

function act(element) {
  if (element.matches('input, select, textarea')) {
    element.focus()
    element.select?.()
  } else {
    element.click()
  }
}

function startSequence(key) {
  prefix = `${key} `
  clearTimeout(timer)
  timer = setTimeout(() => (prefix = ''), pause)
}

/** Whether a key that was pressed is meant as a shortcut: not while typing, nor in a dialog. */
export function listening(event) {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return false
  return recall('shortcuts') !== 'off' && !typing(event.target) && !document.querySelector('dialog[open]')
}

function onKey(event) {
  if (!listening(event)) return
  const key = prefix + event.key
  prefix = ''
  const element = findTarget(key)
  if (element) {
    event.preventDefault()
    act(element)
  } else if (document.querySelector(`[data-key^="${CSS.escape(key)} "]`)) {
    startSequence(key)
  }
}

document.addEventListener('keydown', onKey)

document.addEventListener('change', ({ target }) => {
  if (target.matches('[data-shortcuts]')) remember('shortcuts', target.checked ? null : 'off')
})

const box = document.querySelector('[data-shortcuts]')
if (box) box.checked = recall('shortcuts') !== 'off'

// A link such as /transactions#search lands in the field, ready to type.
const landed = location.hash === '#search' && document.getElementById('search')
if (landed) landed.focus()
