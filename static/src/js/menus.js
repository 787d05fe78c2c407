/** Menus are <details class="menu">: Escape, a click outside or tabbing away closes them. */

const openMenus = () => document.querySelectorAll('details.menu[open]')

function close(menu, focus) {
  menu.open = false
  if (focus) menu.querySelector('summary').focus()
}

document.addEventListener('click', ({ target }) => {
  for (const menu of openMenus()) if (!menu.contains(target)) close(menu, false)
})

document.addEventListener('focusin', ({ target }) => {
  for (const menu of openMenus()) if (!menu.contains(target)) close(menu, false)
})

document.addEventListener('keydown', (event) => {
  if (event.key !== 'Escape') return
  for (const menu of openMenus()) close(menu, menu.contains(document.activeElement))
})

// What is dismissed goes, and focus stays near.
document.addEventListener('click', ({ target }) => {
  const button = target.closest('[data-dismiss]')
  if (!button) return
  button.closest('.flash').remove()
  document.getElementById('main')?.focus({ preventScroll: true })
})
