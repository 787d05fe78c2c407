/** Everything every page loads. Each part stands alone and does nothing where it is not needed. */
import './requests.js'
import './look.js'
import './menus.js'
import './dialogs.js'
import './shortcuts.js'
import './forms.js'
import './suggestions.js'
import './lines.js'
import './amounts.js'
import './names.js'
import './rates.js'
import './files.js'
import './copying.js'
import './tables.js'
import './selection.js'
import './rows.js'
import { findAll, onContent } from './content.js'

// Chart.js is large: it is fetched only when a page (or a part swapped in) has a chart.
onContent((root) => {
  const canvases = findAll(root, 'canvas[data-chart]')
  if (canvases.length) import(document.body.dataset.charts).then(({ draw }) => draw(canvases))
})

// So is what judges new passwords: it knows the most common ones.
onContent((root) => {
  for (const field of findAll(root, 'input[data-strength]')) {
    const fetch = () => import(field.dataset.strength).then(({ watch }) => watch(field))
    field.addEventListener('focus', fetch, { once: true })
    if (field.matches(':focus')) field.dispatchEvent(new Event('focus'))
  }
})
