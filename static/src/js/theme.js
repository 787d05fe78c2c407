/**
 * Runs before the first paint: theme, hidden amounts and the mark that JavaScript is there,
 * so no page flashes in the wrong state.
 */
import { followSystem, printLight, restore } from './preferences.js'

document.documentElement.classList.add('js')
restore()
followSystem()
printLight()
addEventListener('storage', restore)
