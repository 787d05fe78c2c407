/**
 * Builds everything the browser loads from static/src and node_modules into static/dist:
 * content-hashed files, a compressed copy beside each, and manifest.json from logical to hashed name.
 * The names carry a hash of the content, so the server may let browsers keep them for ever.
 */
import { createHash } from 'node:crypto'
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { dirname, extname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { brotliCompressSync, constants, gzipSync } from 'node:zlib'
import { adjacencyGraphs, dictionary } from '@zxcvbn-ts/language-common'
import * as esbuild from 'esbuild'
import * as sass from 'sass'

const here = dirname(fileURLToPath(import.meta.url))
const source = join(here, 'src')
const modules = join(here, '..', 'node_modules')
const dist = join(here, 'dist')
const browsers = ['chrome123', 'edge123', 'firefox121', 'safari17.5']

/** Entry points of our own scripts: logical name -> module format. */
const scripts = {
  // Loaded before the first paint, so it cannot be a (deferred) module.
  'theme.js': 'iife',
  'app.js': 'esm',
  'charts.js': 'esm',
  'strength.js': 'esm',
  'passkeys.js': 'esm',
  'api-docs.js': 'iife',
}

/** Files taken as they are: logical name -> path below node_modules. */
const copies = {
  'swagger-ui.css': 'swagger-ui-dist/swagger-ui.css',
  'swagger-ui-bundle.js': 'swagger-ui-dist/swagger-ui-bundle.js',
  'swagger-ui-bundle.js.LICENSE.txt': 'swagger-ui-dist/swagger-ui-bundle.js.LICENSE.txt',
}

/** How many of the most common passwords the browser knows; the server knows them all. */
const commonPasswords = 5000

/** The module "common": the most common passwords and what lies beside what on keyboards. */
const common = {
  name: 'common',
  setup(build) {
    build.onResolve({ filter: /^common$/ }, ({ path }) => ({ path, namespace: 'common' }))
    build.onLoad({ filter: /.*/, namespace: 'common' }, () => {
      const passwords = dictionary['passwords-common'].slice(0, commonPasswords)
      return { contents: JSON.stringify({ passwords, adjacencyGraphs }), loader: 'json' }
    })
  },
}

async function buildStyles() {
  const compiled = sass.compile(join(source, 'css', 'app.scss'), {
    loadPaths: [modules],
    quietDeps: true,
  })
  const minified = await esbuild.transform(compiled.css, {
    loader: 'css',
    minify: true,
    target: browsers,
    legalComments: 'inline',
  })
  return { 'app.css': minified.code }
}

async function buildScript(name, format) {
  const result = await esbuild.build({
    entryPoints: [join(source, 'js', name)],
    bundle: true,
    minify: true,
    format,
    target: browsers,
    legalComments: 'eof',
    nodePaths: [modules],
    plugins: [common],
    write: false,
  })
  return [name, result.outputFiles[0].text]
}

async function buildScripts() {
  const jobs = Object.entries(scripts).map(([name, format]) => buildScript(name, format))
  return Object.fromEntries(await Promise.all(jobs))
}

/** The drawing inside one Tabler outline icon, without its invisible bounding box. */
async function iconBody(name) {
  const svg = await readFile(join(modules, '@tabler/icons/icons/outline', `${name}.svg`), 'utf8')
  const inner = svg.slice(svg.indexOf('>', svg.indexOf('<svg')) + 1, svg.lastIndexOf('</svg>'))
  return inner
    .replace('<path stroke="none" d="M0 0h24v24H0z" fill="none" />', '')
    .replace(/\s*\n\s*/g, '')
}

async function buildSprite() {
  const groups = JSON.parse(await readFile(join(source, 'icons.json'), 'utf8'))
  const names = [...new Set(Object.values(groups).flat())].sort()
  const symbols = await Promise.all(
    names.map(async (name) => `<symbol id="${name}" viewBox="0 0 24 24">${await iconBody(name)}</symbol>`),
  )
  return { 'icons.svg': `<!-- Tabler Icons, (c) Paweł Kuna, MIT --><svg xmlns="http://www.w3.org/2000/svg">${symbols.join('')}</svg>` }
}

/** Third-party files, minus the pointers to source maps that are not served. */
async function copyFiles() {
  const read = async ([name, path]) => {
    const text = await readFile(join(modules, path), 'utf8')
    return [name, text.replace(/\n?(\/\/|\/\*)# sourceMappingURL=\S+( \*\/)?\s*$/, '\n')]
  }
  const own = ['favicon.svg', await readFile(join(source, 'img', 'favicon.svg'), 'utf8')]
  return Object.fromEntries([own, ...(await Promise.all(Object.entries(copies).map(read)))])
}

/** "app.css" with its content -> "app.1a2b3c4d5e6f.css". */
function hashedName(name, content) {
  const hash = createHash('sha256').update(content).digest('hex').slice(0, 12)
  const end = extname(name)
  return `${name.slice(0, -end.length)}.${hash}${end}`
}

async function writeCompressed(path, content) {
  const quality = content.length > 500_000 ? 9 : 11
  const brotli = { params: { [constants.BROTLI_PARAM_QUALITY]: quality } }
  await writeFile(path, content)
  await writeFile(`${path}.gz`, gzipSync(content, { level: 9 }))
  await writeFile(`${path}.br`, brotliCompressSync(content, brotli))
}

async function main() {
  const parts = await Promise.all([buildStyles(), buildScripts(), buildSprite(), copyFiles()])
  const files = Object.entries(Object.assign({}, ...parts)).sort()
  await rm(dist, { recursive: true, force: true })
  await mkdir(dist, { recursive: true })
  const manifest = {}
  for (const [name, content] of files) {
    manifest[name] = hashedName(name, content)
    await writeCompressed(join(dist, manifest[name]), content)
    const kilobytes = (gzipSync(content, { level: 9 }).length / 1000).toFixed(1)
    console.log(`${manifest[name].padEnd(52)} ${kilobytes.padStart(7)} kB compressed`)
  }
  await writeFile(join(dist, 'manifest.json'), `${JSON.stringify(manifest, null, 2)}\n`)
}

await main()
