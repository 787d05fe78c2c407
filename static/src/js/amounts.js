/** Amounts as they are typed: what a sum such as 12.50+3*2 comes to, and what is left to split.
    Worked out in fractions of whole numbers, so that nothing is rounded; a parser of its own reads
    them, the way the server does. Where it is not plain what was meant, nothing is said. */
import { findAll, onContent } from './content.js'

const longest = 200
const deepest = 20
const signs = { '−': '-', '×': '*', '÷': '/' }

/** How the person writes numbers, { point, group }, and how many decimals the chosen account has. */
export function marksOf(form) {
  const place = form?.querySelector('[data-amounts]')
  if (!place) return null
  const { accounts, ...marks } = JSON.parse(place.dataset.amounts)
  return { ...marks, digits: accounts[form.elements.account_id?.value]?.[1] ?? 2 }
}

const escaped = (text) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')

/** A number as it is typed as [numerator, denominator]; null where it is none. */
function read(text, { point, group, digits }) {
  const spaced = text.trim().replace(/[\s\u00a0\u2009\u202f]+/g, ' ').replace(/’/g, "'")
  const [g, p] = [escaped(group), escaped(point)]
  const local = new RegExp(`^([1-9]\\d{0,2}(${g}\\d{2,3})*${g}\\d{3}|\\d+)(${p}\\d+)?$`).test(spaced)
  const plain = /^\d+(\.\d+)?$/.test(spaced)
  const unclear = local && plain && point !== '.' && digits === 3 && spaced.includes('.')
  if (unclear || (!local && !plain)) return null
  const [whole, decimals = ''] = (local ? spaced.replaceAll(group, '').replace(point, '.') : spaced).split('.')
  return [BigInt(whole + decimals), 10n ** BigInt(decimals.length)]
}

const operations = {
  '+': ([a, b], [c, d]) => [a * d + c * b, b * d],
  '-': ([a, b], [c, d]) => [a * d - c * b, b * d],
  '*': ([a, b], [c, d]) => [a * c, b * d],
  '/': ([a, b], [c, d]) => (c === 0n ? null : c < 0n ? [-a * d, -b * c] : [a * d, b * c]),
}

/** What a text comes to as [numerator, denominator]; null where it cannot be read. */
export function total(text, marks) {
  if (text.length > longest) return null
  const written = text.replace(/[−×÷]/g, (sign) => signs[sign])
  const tokens = written.split(/([-+*/()])/).map((token) => token.trim()).filter(Boolean)
  let at = 0
  const taken = (...some) => (some.includes(tokens[at]) ? tokens[at++] : null)

  function chain(below, some, depth) {
    let value = below(depth)
    for (let sign; value && (sign = taken(...some)); ) {
      const other = below(depth)
      value = other && operations[sign](value, other)
    }
    return value
  }
  const sum = (depth) => chain(product, ['+', '-'], depth)
  const product = (depth) => chain(factor, ['*', '/'], depth)
  function factor(depth) {
    if (depth > deepest) return null
    if (taken('-')) {
      const value = factor(depth + 1)
      return value && [-value[0], value[1]]
    }
    if (taken('(')) {
      const value = sum(depth + 1)
      return taken(')') ? value : null
    }
    return at < tokens.length ? read(tokens[at++], marks) : null
  }
  const value = sum(0)
  return at === tokens.length ? value : null
}

/** A fraction in minor units; null where the currency has not as many decimals. */
export function minor([numerator, denominator], digits) {
  const scaled = numerator * 10n ** BigInt(digits)
  return scaled % denominator === 0n ? scaled / denominator : null
}

/** Minor units as a person reads them. */
export function written(units, digits, point) {
  const text = String(units < 0n ? -units : units).padStart(digits + 1, '0')
  const decimals = digits ? point + text.slice(-digits) : ''
  return (units < 0n ? '−' : '') + text.slice(0, text.length - digits) + decimals
}

/** `<output data-sum-of="amount">`: what the sum in that field comes to. */
function tellSum(output, form, marks) {
  const text = form.elements[output.dataset.sumOf].value
  const { digits } = marks
  const value = /[-+*/()×÷−]/.test(text.trim().slice(1)) ? total(text, marks) : null
  const units = value && minor(value, digits)
  if (!value) output.value = ''
  else output.value = units === null ? 'does not come out even' : `= ${written(units, digits, marks.point)}`
}

/** `<output data-left-over>`: how much of the amount is left for the lines of a split row. */
function tellLeftOver(output, form, marks) {
  const { digits } = marks
  const lines = [...form.querySelectorAll('[name=split_amount]')].filter((field) => field.value.trim())
  const units = [form.elements.amount, ...lines].map((field) => {
    const value = total(field.value, marks)
    return value && minor(value, digits)
  })
  if (!lines.length || units.includes(null)) return void (output.value = '')
  const left = units.slice(1).reduce((rest, line) => rest - line, units[0])
  output.value = left ? `${written(left, digits, marks.point)} left to split` : 'Nothing left to split'
}

function tell(form) {
  const marks = marksOf(form)
  if (!marks) return
  for (const output of form.querySelectorAll('output[data-sum-of]')) tellSum(output, form, marks)
  for (const output of form.querySelectorAll('output[data-left-over]')) tellLeftOver(output, form, marks)
}

for (const kind of ['input', 'change']) {
  document.addEventListener(kind, ({ target }) => tell(target.form ?? (target.matches('form') ? target : null)))
}
onContent((root) => findAll(root, '[data-amounts]').forEach((place) => tell(place.closest('form'))))
