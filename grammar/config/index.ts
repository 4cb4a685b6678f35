export { type Cut, fileOffset, type JoinedText, joinLines } from './join-lines.ts';
export { ConfigParser, type ConfigToken, type LineActions, readLines, readLinesInBlocks } from './rules.ts';
export { isBlank, readWord, skipBlanks, type Word, wordEnd, wordValue } from './word.ts';
