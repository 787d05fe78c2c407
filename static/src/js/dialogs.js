/**
 * Native dialogs: `data-dialog="id"` opens one, `data-close` inside closes it, and the browser
 * gives focus back. `data-confirm="question"` on a form asks before it is sent.
 */

document.addEventListener('click', (event) => {
  const opener = event.target.closest('[data-dialog]')
  if (opener) openDialog(opener.dataset.dialog)
  if (event.target.closest('[data-close]')) event.target.closest('dialog')?.close()
  // The dialog itself is hit only outside its content, on the backdrop.
  if (event.target instanceof HTMLDialogElement) event.target.close()
})

/** Opens a dialog by id; focus goes back to what had it, or to the menu that held the opener. */
export function openDialog(id) {
  const menu = document.activeElement?.closest('details.menu[open]')
  if (menu) {
    menu.open = false
    menu.querySelector('summary').focus()
  }
  const dialog = document.getElementById(id)
  if (dialog && !dialog.open) dialog.showModal()
}

/** Asks a question in a dialog; resolves to true for yes. `action` names the button. */
export function ask(question, action = 'Continue') {
  const dialog = document.getElementById('confirm')
  dialog.querySelector('[data-question]').textContent = question
  dialog.querySelector('[value="yes"]').textContent = action
  dialog.returnValue = ''
  dialog.showModal()
  return new Promise((resolve) => {
    dialog.addEventListener('close', () => resolve(dialog.returnValue === 'yes'), { once: true })
  })
}

// In the capture phase, so that it comes before htmx sees the submit.
document.addEventListener(
  'submit',
  (event) => {
    const form = event.target
    const { confirm: question, confirmAction } = { ...form.dataset, ...event.submitter?.dataset }
    if (!question || form.dataset.confirmed) return
    event.preventDefault()
    event.stopPropagation()
    const submitter = event.submitter
    ask(question, confirmAction).then((yes) => {
      if (!yes) return
      form.dataset.confirmed = 'yes'
      form.requestSubmit(submitter)
      delete form.dataset.confirmed
    })
  },
  true,
)
