/** The zone a file can be dropped on. Without JavaScript it is a plain file field. */

const zoneOf = (event) => event.target.closest?.('[data-dropzone]')

function size(bytes) {
  const unit = bytes < 1_000_000 ? 'kilobyte' : 'megabyte'
  const value = bytes / (unit === 'kilobyte' ? 1_000 : 1_000_000)
  const digits = { maximumFractionDigits: value < 10 ? 1 : 0 }
  return new Intl.NumberFormat(document.documentElement.lang, { style: 'unit', unit, ...digits }).format(value)
}

/** Says which file was chosen, or why it cannot be sent. */
function show(zone) {
  const field = zone.querySelector('input[type=file]')
  const limit = Number(zone.dataset.maxBytes) || Infinity
  const file = field.files[0]
  const tooLarge = file && file.size > limit
  const fault = tooLarge ? `This file has ${size(file.size)}; at most ${size(limit)} can be read.` : ''
  field.setCustomValidity(fault)
  zone.classList.toggle('is-filled', Boolean(file))
  zone.querySelector('.dropzone-file').textContent = fault || (file ? `${file.name} · ${size(file.size)}` : '')
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
  if (!event.dataTransfer.files.length) return
  zone.querySelector('input[type=file]').files = event.dataTransfer.files
  show(zone)
})

document.addEventListener('change', (event) => {
  const zone = zoneOf(event)
  if (zone) show(zone)
})
