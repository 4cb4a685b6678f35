import { asciiLowerCase } from '@httpd-ts/kernel';

interface Part {
  readonly text: string;
  readonly host: 'port' | HostPart | undefined;
}

interface HostPart {
  /** Which label of the name; 0 is all of it. */
  readonly label: Place;
  /** Which characters of that; 0 is all of them. */
  readonly letter: Place;
}

/** A place counted from 1, from the end with `-`, and with `+` all that lies before or behind it. */
interface Place {
  readonly at: number;
  readonly fromEnd: boolean;
  readonly andMore: boolean;
}

/** A directory that depends on the host: texts, each with what stands behind it. */
export type HostPattern = readonly Part[];

const specifier = /%(?:(%)|(p)|(-?)(\d)(\+?)(?:\.(-?)(\d)(\+?))?)/y;

/** Reads a format; a text is the complaint. httpd: modules/mappers/mod_vhost_alias.c vhost_alias_set */
export function readHostPattern(format: string): HostPattern | string {
  const parts: Part[] = [];
  let text = '';
  for (let at = 0; at < format.length; ) {
    if (format[at] !== '%') {
      text += format[at++];
      continue;
    }
    specifier.lastIndex = at;
    const found = specifier.exec(format);
    if (
      found === null ||
      (found[4] !== undefined && found[7] === undefined && format[specifier.lastIndex] === '.')
    ) {
      return 'syntax error in format string';
    }
    at = specifier.lastIndex;
    if (found[1] !== undefined) text += '%';
    else {
      parts.push({ text, host: found[2] === undefined ? hostPart(found) : 'port' });
      text = '';
    }
  }
  // The path that follows begins with a slash of its own.
  return [...parts, { text: text.replace(/\/$/, ''), host: undefined }];
}

function hostPart([, , , fromEnd, at, more, letterFromEnd, letterAt, letterMore]: RegExpExecArray): HostPart {
  return {
    label: { at: Number(at), fromEnd: fromEnd === '-', andMore: more === '+' },
    letter: { at: Number(letterAt ?? 0), fromEnd: letterFromEnd === '-', andMore: letterMore === '+' },
  };
}

/** The directory for a host. httpd: vhost_alias_interpolate */
export function directoryOfHost(parts: HostPattern, name: string, port: number): string {
  return parts
    .map(({ text, host }) => text + (host === undefined ? '' : host === 'port' ? port : ofHost(name, host)))
    .join('');
}

/** As many labels as httpd tells apart; the last one holds the rest. */
const mostLabels = 19;

function ofHost(name: string, { label, letter }: HostPart): string {
  const dots = [...name.matchAll(/\./g)].slice(0, mostLabels - 1).map(({ index }) => index);
  const edges = [-1, ...dots, name.length];
  const labels = edges.length - 1;
  const chosen =
    label.at === 0 ? name : label.at > labels ? '_' : name.slice(...labelRange(label, edges, labels));
  if (letter.at === 0) return asciiLowerCase(chosen);
  if (letter.at > chosen.length) return '_';
  return asciiLowerCase(chosen.slice(...letterRange(letter, chosen.length)));
}

function labelRange(
  { at, fromEnd, andMore }: Place,
  edges: readonly number[],
  labels: number,
): [from: number, to: number] {
  if (fromEnd) return [andMore ? 0 : edges[labels - at]! + 1, edges[labels - at + 1]!];
  return [edges[at - 1]! + 1, andMore ? edges[labels]! : edges[at]!];
}

function letterRange({ at, fromEnd, andMore }: Place, length: number): [from: number, to: number] {
  if (fromEnd) return [andMore ? 0 : length - at, length - at + 1];
  return [at - 1, andMore ? length : at];
}
