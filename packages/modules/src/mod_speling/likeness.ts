import { asciiLowerCase } from '@httpd-ts/kernel';
/** How a name differs from the one asked for, the likest first. httpd: modules/mappers/mod_speling.c sp_reason */
export const likenesses = [
  'identical',
  'miscapitalized',
  'transposed characters',
  'character missing',
  'extra character',
  'mistyped character',
  'common basename',
] as const;

export type Likeness = (typeof likenesses)[number];

/** One mistake at most tells two names of any case apart; undefined when there are more. httpd: spdist */
export function likenessOf(asked: string, name: string): Likeness | undefined {
  const one = asciiLowerCase(asked);
  const other = asciiLowerCase(name);
  if (one === other) return 'miscapitalized';
  let at = 0;
  while (at < one.length && one[at] === other[at]) at++;
  const [left, right] = [one.slice(at), other.slice(at)];
  if (left.length > 1 && left[0] === right[1] && left[1] === right[0] && left.slice(2) === right.slice(2)) {
    return 'transposed characters';
  }
  if (left !== '' && right !== '' && left.slice(1) === right.slice(1)) return 'mistyped character';
  if (left !== '' && left.slice(1) === right) return 'extra character';
  if (right !== '' && left === right.slice(1)) return 'character missing';
  return undefined;
}

/** Whether two names are alike before their first dot. */
export function haveSameBase(asked: string, name: string): boolean {
  return asciiLowerCase(baseOf(asked)) === asciiLowerCase(baseOf(name));
}

const baseOf = (name: string) => name.split('.', 1)[0]!;
