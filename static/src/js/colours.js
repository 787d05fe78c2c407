/** Keeps a colour that a person chose, unless it would vanish on the page: then only its lightness moves. */

const wanted = 3 // WCAG 1.4.11, contrast of graphics

/** Any CSS colour -> [r, g, b] from 0 to 255. */
function channels(colour) {
  const context = new OffscreenCanvas(1, 1).getContext('2d')
  context.fillStyle = colour
  context.fillRect(0, 0, 1, 1)
  return [...context.getImageData(0, 0, 1, 1).data].slice(0, 3)
}

/** Relative luminance as WCAG defines it, 0 to 1. */
function luminance(rgb) {
  const [r, g, b] = rgb.map((value) => {
    const share = value / 255
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4
  })
  return 0.2126 * r + 0.7152 * g + 0.0722 * b
}

function contrast(one, other) {
  const [low, high] = [luminance(one), luminance(other)].sort((a, b) => a - b)
  return (high + 0.05) / (low + 0.05)
}

const written = (rgb) => `rgb(${rgb.join(', ')})`

const mix = (from, to, share) => from.map((value, index) => Math.round(value + (to[index] - value) * share))

/** The colour itself, or the nearest mix with white or black that can be seen on the surface. */
export function legible(colour, surface) {
  const ground = channels(surface)
  const target = luminance(ground) > 0.2 ? [0, 0, 0] : [255, 255, 255]
  const start = channels(colour)
  let share = 0
  while (share < 1 && contrast(mix(start, target, share), ground) < wanted) share += 0.05
  return written(mix(start, target, share))
}

/** Any CSS colour, as "rgb(r, g, b)", which Chart.js can calculate with. */
export const plain = (colour) => written(channels(colour))
