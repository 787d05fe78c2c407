/** `<input list data-several>`: names with commas between them, of which the list completes the last. */

const known = new WeakMap()

document.addEventListener('input', ({ target }) => {
  if (!target.matches('input[list][data-several]') || !target.list) return
  const list = target.list
  if (!known.has(list)) known.set(list, [...list.options].map((option) => option.value))
  const before = target.value.slice(0, target.value.lastIndexOf(',') + 1)
  const used = before.split(',').map((name) => name.trim().toLowerCase())
  const left = known.get(list).filter((name) => !used.includes(name.toLowerCase()))
  list.replaceChildren(...left.map((name) => new Option('', before && `${before} ${name}` || name)))
})
