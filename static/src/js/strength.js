/** How strong a new password is, said while it is typed. It never leaves the browser for this. */
import { ZxcvbnFactory } from '@zxcvbn-ts/core'
import { adjacencyGraphs, passwords } from 'common'

const longest = 72 // characters that are looked at, as on the server
const shortest = 8
const weakest = 2 // the lowest score that the server takes
const words = [
  'Far too easy to guess: it will be refused.',
  'Too easy to guess: it will be refused.',
  'Will do. A longer one is better.',
  'Strong.',
  'Very strong.',
]
const meter = new ZxcvbnFactory({ dictionary: { passwords }, graphs: adjacencyGraphs })

/** Words about the person, from the page and from the other fields of the form. */
function about(field) {
  const typed = ['email', 'first_name', 'last_name'].map((name) => field.form.elements[name]?.value ?? '')
  const known = [...field.dataset.about.split('\n'), ...typed]
  const names = known.map((text) => text.split('@')[0])
  const plain = names.map((name) => name.replace(/[^\p{L}\p{N}]/gu, ''))
  return [...known, ...names, ...plain].filter((text) => text.length > 2)
}

function say(field, place) {
  const password = field.value
  place.hidden = !password
  if (password.length < shortest) {
    place.textContent = `${shortest - password.length} more characters are needed.`
    place.dataset.score = 0
    place.classList.remove('is-weak')
    return
  }
  const { score } = meter.check(password.slice(0, longest), about(field))
  place.textContent = words[score]
  place.dataset.score = score
  place.classList.toggle('is-weak', score < weakest)
}

/** Says it below `field`, some time after the last key, so that it is read out once. */
export function watch(field) {
  const place = document.getElementById('strength')
  let timer
  field.addEventListener('input', () => {
    clearTimeout(timer)
    timer = setTimeout(() => say(field, place), 300)
  })
  if (field.value) say(field, place)
}
