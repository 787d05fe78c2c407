/** Says which rate a transfer between two currencies implies, as far as its amounts are plain to read. */
import { marksOf, total } from './amounts.js'
import { findAll, onContent } from './content.js'

const names = ['amount', 'to_amount', 'account_id', 'to_account_id']
const currency = (select) => /\(([A-Z]{3})\)$/.exec(select.selectedOptions[0]?.text ?? '')?.[1]

/** An amount as a plain number, read the way the server does; NaN where it cannot be. */
function read(text, marks) {
  const value = marks && total(text, marks)
  return value ? Number(value[0]) / Number(value[1]) : NaN
}

function tell(output) {
  const [amount, arrived, from, to] = names.map((name) => output.form.elements[name])
  const marks = marksOf(output.form)
  const rate = read(arrived.value, marks) / read(amount.value, marks)
  const [left, right] = [currency(from), currency(to)]
  const plain = left && right && left !== right && rate > 0 && Number.isFinite(rate)
  output.value = plain ? `1 ${left} = ${Number(rate.toPrecision(6))} ${right}` : ''
}

const changed = ({ target }) => {
  const output = names.includes(target.name) && target.form?.querySelector('output[data-rate]')
  if (output) tell(output)
}

document.addEventListener('input', changed)
document.addEventListener('change', changed)
onContent((root) => findAll(root, 'output[data-rate]').forEach(tell))
