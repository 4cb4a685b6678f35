/** A place in a pattern. */
export interface Scanner {
  readonly text: string;
  at: number;
}

/** Thrown within the parser where a pattern is left to PCRE2. */
export class UnreadPattern extends Error {}

/** The byte of an escape written as a code, after its first character; any other character stands for itself. */
export function readCodedByte(scanner: Scanner, char: string): number {
  switch (char) {
    case 'x':
      return readCode(scanner, /\{([0-9a-fA-F]+)\}|([0-9a-fA-F]{0,2})/y, 16);
    case 'o':
      return readCode(scanner, /\{([0-7]+)\}/y, 8);
    case '0':
      return readCode(scanner, /([0-7]{0,2})/y, 8);
    case 'c':
      return readControl(scanner);
    default:
      if (/[0-9A-Za-z]/.test(char)) throw new UnreadPattern();
      return char.charCodeAt(0);
  }
}

function readCode(scanner: Scanner, digits: RegExp, radix: number): number {
  digits.lastIndex = scanner.at;
  const found = digits.exec(scanner.text);
  if (found === null) throw new UnreadPattern();
  scanner.at = digits.lastIndex;
  const value = Number.parseInt(`0${found[1] ?? found[2] ?? ''}`, radix);
  if (value > 255) throw new UnreadPattern();
  return value;
}

function readControl(scanner: Scanner): number {
  const char = scanner.text[scanner.at++];
  if (char === undefined) throw new UnreadPattern();
  return char.toUpperCase().charCodeAt(0) ^ 0x40;
}
