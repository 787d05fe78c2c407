/**
 * Draws every `<canvas data-chart>`. Its JSON: type (bar, line, doughnut), labels, series of
 * {label, values, texts, colour | colours | tone}, currency, stacked. Values are minor units, used
 * for drawing only; texts are the amounts as the server writes them, shown in the tooltip; tone is
 * "in" or "out".
 */
import {
  ArcElement,
  BarController,
  BarElement,
  CategoryScale,
  Chart,
  DoughnutController,
  Legend,
  LinearScale,
  LineController,
  LineElement,
  PointElement,
  Tooltip,
} from 'chart.js'
import { amountsHidden } from './preferences.js'
import { legible, plain } from './colours.js'

Chart.register(
  ArcElement, BarController, BarElement, CategoryScale, DoughnutController, Legend,
  LinearScale, LineController, LineElement, PointElement, Tooltip,
)

const calm = matchMedia('(prefers-reduced-motion: reduce)')
const hiddenText = '•••'

/** The value of a CSS colour, light-dark() resolved, as "rgb(…)". */
function cssColour(canvas, value) {
  canvas.style.color = value
  const resolved = getComputedStyle(canvas).color
  canvas.style.color = ''
  return plain(resolved)
}

function look(canvas) {
  return {
    text: cssColour(canvas, 'var(--secondary)'),
    ink: cssColour(canvas, 'var(--body-color)'),
    grid: cssColour(canvas, 'var(--border-color)'),
    surface: cssColour(canvas, 'var(--card-bg)'),
    font: getComputedStyle(canvas).fontFamily,
    series: (tone, index) => cssColour(canvas, `var(--chart-${tone ?? (index % 6) + 1})`),
  }
}

/** Minor units on an axis, short: "€1.2K". */
function axisFormat(currency) {
  const style = { style: 'currency', currency, notation: 'compact', maximumFractionDigits: 1 }
  const format = new Intl.NumberFormat(document.documentElement.lang, style)
  const digits = new Intl.NumberFormat('en', { style: 'currency', currency }).resolvedOptions().maximumFractionDigits
  return (value) => (amountsHidden() ? hiddenText : format.format(value / 10 ** digits))
}

function datasets(chart, shades) {
  return chart.series.map((series, index) => {
    const adapt = (colour) => legible(colour, shades.surface)
    const colour = series.colours?.map(adapt) ?? adapt(series.colour ?? shades.series(series.tone, index))
    return { label: series.label, data: series.values, ...shape(chart, colour, shades) }
  })
}

/** How one series is drawn, per type of chart. */
function shape({ type }, colour, shades) {
  if (type === 'doughnut') return { backgroundColor: colour, borderColor: shades.surface, borderWidth: 2 }
  if (type === 'bar') return { backgroundColor: colour, borderRadius: 4, maxBarThickness: 36 }
  return { borderColor: colour, backgroundColor: colour, borderWidth: 2, pointRadius: 2, pointHoverRadius: 5 }
}

function scales({ type, stacked, currency }, shades) {
  if (type === 'doughnut') return {}
  const ticks = { color: shades.text, font: { family: shades.font, size: 12 } }
  const grid = { color: shades.grid, drawTicks: false }
  return {
    x: { stacked, ticks: { ...ticks, maxRotation: 0, autoSkipPadding: 12 }, grid: { display: false }, border: { color: shades.grid } },
    y: {
      stacked,
      beginAtZero: true,
      ticks: { ...ticks, maxTicksLimit: 5, padding: 8, callback: axisFormat(currency) },
      grid,
      border: { display: false },
    },
  }
}

function tooltip(chart, shades) {
  const text = ({ datasetIndex, dataIndex }) => {
    const series = chart.series[datasetIndex]
    const amount = amountsHidden() ? hiddenText : series.texts[dataIndex]
    return chart.type === 'doughnut' ? ` ${amount}` : ` ${series.label}: ${amount}`
  }
  return {
    backgroundColor: shades.ink,
    titleColor: shades.surface,
    bodyColor: shades.surface,
    padding: 10,
    cornerRadius: 8,
    boxPadding: 4,
    callbacks: { label: text },
  }
}

function options(chart, shades, animate) {
  const labels = { color: shades.text, usePointStyle: true, boxHeight: 7, font: { family: shades.font, size: 13 } }
  return {
    maintainAspectRatio: false,
    animation: animate && !calm.matches ? { duration: 350 } : false,
    interaction: { mode: chart.type === 'doughnut' ? 'nearest' : 'index', intersect: chart.type === 'doughnut' },
    cutout: '68%',
    scales: scales(chart, shades),
    plugins: {
      legend: { display: chart.type !== 'doughnut' && chart.series.length > 1, align: 'end', labels },
      tooltip: tooltip(chart, shades),
    },
  }
}

function drawOne(canvas, animate) {
  const chart = JSON.parse(canvas.dataset.chart)
  const shades = look(canvas)
  Chart.getChart(canvas)?.destroy()
  new Chart(canvas, {
    type: chart.type,
    data: { labels: chart.labels, datasets: datasets(chart, shades) },
    options: options(chart, shades, animate),
  })
}

/** Draws the charts of these canvases for the first time. */
export const draw = (canvases) => canvases.forEach((canvas) => drawOne(canvas, true))

document.addEventListener('outlay:look', () => {
  for (const canvas of document.querySelectorAll('canvas[data-chart]')) drawOne(canvas, false)
})

// Charts whose canvas htmx took away would stay in memory.
document.addEventListener('htmx:beforeCleanupElement', ({ target }) => {
  if (target instanceof HTMLCanvasElement) Chart.getChart(target)?.destroy()
})
