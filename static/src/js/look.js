/** The theme switch and the key that hides all amounts. */
import { amountsHidden, chooseTheme, hideAmounts, themeChoice } from './preferences.js'
import { announce } from './requests.js'
import { onContent } from './content.js'

function showChoices() {
  for (const button of document.querySelectorAll('button[data-theme-choice]')) {
    button.setAttribute('aria-pressed', String(button.dataset.themeChoice === themeChoice()))
  }
  for (const button of document.querySelectorAll('[data-privacy]')) {
    button.querySelector('[data-label]').textContent = amountsHidden() ? 'Show amounts' : 'Hide amounts'
  }
}

function togglePrivacy() {
  hideAmounts(!amountsHidden())
  announce(amountsHidden() ? 'Amounts are hidden' : 'Amounts are shown')
}

document.addEventListener('click', ({ target }) => {
  const theme = target.closest('button[data-theme-choice]')
  if (theme) chooseTheme(theme.dataset.themeChoice)
  else if (target.closest('[data-privacy]')) togglePrivacy()
})

document.addEventListener('outlay:look', showChoices)
onContent(showChoices)
