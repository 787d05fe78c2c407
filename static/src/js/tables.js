/** A table wider than the screen scrolls sideways: the keyboard must be able to reach it. */
import { findAll, onContent } from './content.js'

function prepare(box) {
  const scrolls = box.scrollWidth > box.clientWidth
  box.removeAttribute('tabindex')
  if (!scrolls) return
  box.tabIndex = 0
  box.role = 'region'
  box.ariaLabel = box.querySelector('caption')?.textContent.trim() || 'Table'
}

const resized = new ResizeObserver((entries) => entries.forEach(({ target }) => prepare(target)))

onContent((root) => findAll(root, '.table-responsive').forEach((box) => resized.observe(box)))
