/** Runs a function on the page now and on whatever htmx brings in later. */
import htmx from 'htmx.org'

/** `prepare(root)` is called with an element (or the document) whose content is new. */
export function onContent(prepare) {
  if (document.readyState === 'loading') {
    document.addEventListener('DOMContentLoaded', () => prepare(document), { once: true })
  } else {
    prepare(document)
  }
  document.addEventListener('htmx:afterSettle', (event) => prepare(event.detail.elt))
}

/** Every match below `root`, and `root` itself if it matches. */
export function findAll(root, selector) {
  const below = [...root.querySelectorAll(selector)]
  return root instanceof Element && root.matches(selector) ? [root, ...below] : below
}

export { htmx }
