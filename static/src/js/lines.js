/** Parts of a form that are there several times: lines of a split row, conditions and actions of a
    rule. `[data-line-list]` holds `[data-lines]` with a `[data-line]` each, and the button to add one.
    Without JavaScript the same buttons ask the server for another line. */

const linesOf = (list) => [...list.querySelectorAll('[data-line]')]

/** Numbers what a line is called, by its place. */
function renumber(list) {
  const lines = linesOf(list)
  lines.forEach((line, index) => {
    const number = String(index + 1)
    for (const field of line.querySelectorAll('[id]')) field.id = field.id.replace(/\d+(?=\D*$)/, number)
    for (const label of line.querySelectorAll('label')) label.htmlFor = label.htmlFor.replace(/\d+$/, number)
    for (const named of line.querySelectorAll('legend, label, [data-numbered]')) {
      named.textContent = named.textContent.replace(/\d+$/, number)
    }
    for (const button of line.querySelectorAll('[data-remove-line]')) {
      button.value = number
      button.hidden = lines.length === 1
    }
  })
}

function emptied(line) {
  for (const fault of line.querySelectorAll('.field-error')) fault.remove()
  for (const field of line.querySelectorAll('input, select, textarea')) {
    field.removeAttribute('aria-invalid')
    field.removeAttribute('aria-describedby')
    if (field.matches('select')) field.selectedIndex = 0
    else field.value = ''
  }
  return line
}

function add(list) {
  const lines = list.querySelector('[data-lines]')
  const line = emptied(linesOf(list).at(-1).cloneNode(true))
  lines.append(line)
  renumber(list)
  line.querySelector('select').focus()
}

function remove(line) {
  const list = line.closest('[data-line-list]')
  const { form } = line
  const next = line.nextElementSibling ?? line.previousElementSibling
  if (linesOf(list).length === 1) emptied(line)
  else line.remove()
  renumber(list)
  const kept = next ?? line
  kept.querySelector('select').focus()
  form?.dispatchEvent(new Event('input', { bubbles: true })) // so that sums are told anew
}

document.addEventListener('click', (event) => {
  const adds = event.target.closest('[data-add-line]')
  const removes = event.target.closest('[data-remove-line]')
  if (!adds && !removes) return
  event.preventDefault()
  if (adds) add(adds.closest('[data-line-list]'))
  else remove(removes.closest('[data-line]'))
})
