/** What other modules may ask of mod_dbd. */
export { type PreparedStatement, prepareStatement, select } from './select.ts';
