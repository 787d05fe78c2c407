/** What this browser remembers: theme, hidden amounts, keyboard shortcuts. */

const root = document.documentElement
const query = matchMedia('(prefers-color-scheme: dark)')

/** A stored value, or null where there is none or storage is forbidden. */
export function recall(key) {
  try {
    return localStorage.getItem(`outlay-${key}`)
  } catch {
    return null
  }
}

/** Stores a value; null forgets it. Where storage is forbidden, nothing outlives the page. */
export function remember(key, value) {
  try {
    if (value === null) localStorage.removeItem(`outlay-${key}`)
    else localStorage.setItem(`outlay-${key}`, value)
  } catch {
    /* the page itself still shows the choice */
  }
}

/** Tells charts and buttons that they look out of date. */
const changed = () => document.dispatchEvent(new Event('outlay:look'))

/** Light while printing, whatever the theme, and back afterwards. */
export function printLight() {
  addEventListener('beforeprint', () => {
    root.dataset.bsTheme = 'light'
    changed()
  })
  addEventListener('afterprint', () => applyTheme(themeChoice()))
}

/** Shows the page in a theme: "light", "dark" or "system". */
export function applyTheme(choice) {
  const dark = choice === 'dark' || (choice === 'system' && query.matches)
  root.dataset.bsTheme = dark ? 'dark' : 'light'
  root.dataset.themeChoice = choice
  changed()
}

export const themeChoice = () => root.dataset.themeChoice

export function chooseTheme(choice) {
  remember('theme', choice === 'system' ? null : choice)
  applyTheme(choice)
}

export const amountsHidden = () => root.classList.contains('privacy')

export function hideAmounts(hidden) {
  remember('privacy', hidden ? 'on' : null)
  root.classList.toggle('privacy', hidden)
  changed()
}

/** Brings the page to what is stored: at the start, and when another tab changed it. */
export function restore() {
  applyTheme(recall('theme') ?? 'system')
  root.classList.toggle('privacy', recall('privacy') === 'on')
  changed()
}

/** Follows the system while nothing else was chosen. */
export function followSystem() {
  query.addEventListener('change', () => applyTheme(themeChoice()))
}
