/** Buttons that copy what stands in a field, whose id is in data-copy. */

document.addEventListener('click', async (event) => {
  const button = event.target.closest?.('[data-copy]')
  if (!button) return
  const field = document.getElementById(button.dataset.copy)
  field.select()
  const label = button.querySelector('[data-label]')
  try {
    await navigator.clipboard.writeText(field.value)
    label.textContent = 'Copied'
  } catch {
    // Without TLS there is no clipboard; what is selected can be copied by hand.
    label.textContent = 'Press Ctrl+C'
  }
})
