export { isBlank, readWord, skipBlanks, type Word } from '@httpd-ts/grammar/config';
export { type Change, changeConfig, newNodes, withArguments } from './change-config.ts';
export {
  type FormatOptions,
  type FormatRefusal,
  formatConfig,
  type SectionContent,
} from './format-config.ts';
export { maxHtaccessLineLength, maxLineLength, tooLongAt } from './line-length.ts';
export { lines } from './lines.ts';
export type {
  Blank,
  Close,
  Comment,
  ConfigFile,
  ConfigText,
  Directive,
  Line,
  Node,
  Place,
  Section,
  StrayClose,
} from './nodes.ts';
export { parseConfig } from './parse-config.ts';
export { argumentOffset, lineText, logicalLine, type Position, position } from './positions.ts';
export { printConfig } from './print-config.ts';
export { type LineWords, splitLine } from './split-line.ts';
export { type LineStream, streamLines } from './stream-lines.ts';
