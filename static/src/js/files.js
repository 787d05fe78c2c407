/** The zone a file can be dropped on. Without JavaScript it is a plain file field. */

const zoneOf = (event) => event.target.closest?.('[data-dropzone]')

function size(bytes) {
  const unit = bytes < 1_000_000 ? 'kilobyte' : 'megabyte'
  const value = bytes / (unit === 'kilobyte' ? 1_000 : 1_000_000)
  const digits = { maximumFractionDigits: value < 10 ? 1 : 0 }
  return new Intl.NumberFormat(document.documentElement.lang, { style: 'unit', unit, ...digits }).format(value)
}

function only(file) {
  const chosen = new DataTransfer()
  chosen.items.add(file)
  return chosen.files
}

/** Says which file was chosen, or why it cannot be sent. */
function show(zone) {
  const field = zone.querySelector('input[type=file]')
  const limit = Number(zone.dataset.maxBytes) || Infinity
  const files = [...field.files]
  const tooLarge = files.find((file) => file.size > limit)
  const fault = tooLarge ? `${files.length > 1 ? tooLarge.name : 'This file'} has ${size(tooLarge.size)}; at most ${size(limit)} can be read.` : ''
  field.setCustomValidity(fault)
  zone.classList.toggle('is-filled', files.length > 0)
  zone.querySelector('.dropzone-file').textContent = fault || files.map((file) => `${file.name} · ${size(file.size)}`).join(', ')
}

document.addEventListener('dragover', (event) => {
  const zone = zoneOf(event)
  if (!zone) return
  event.preventDefault()
  zone.classList.add('is-over')
})

document.addEventListener('dragleave', (event) => {
  const zone = zoneOf(event)
  if (zone && !zone.contains(event.relatedTarget)) zone.classList.remove('is-over')
})

document.addEventListener('drop', (event) => {
  const zone = zoneOf(event)
  if (!zone) return
  event.preventDefault()
  zone.classList.remove('is-over')
  const dropped = event.dataTransfer.files
  if (!dropped.length) return
  const field = zone.querySelector('input[type=file]')
  if (field.multiple || dropped.length === 1) field.files = dropped
  else field.files = only(dropped[0])
  show(zone)
})

document.addEventListener('change', (event) => {
  const zone = zoneOf(event)
  if (zone) show(zone)
})

// A photo that was just taken needs no second step.
document.addEventListener('change', (event) => {
  if (event.target.matches('input[type=file][data-sends]') && event.target.files.length) event.target.form.requestSubmit()
})
