import { type Reader, type ResolvedNode, take123 } from '@httpd-ts/kernel';
import { httpdVersion, leadingInteger, readArguments } from '../core/contract.ts';

const badVersion =
  'Version appears to be invalid. It must have the format major[.minor[.patch]] where major, minor and patch are numbers.';

/** How this server's version compares with a written one; a text is the complaint. httpd: compare_version */
function compareWith(text: string): number | string {
  // A dot may stand behind the third number as well.
  if (!/^\d+(?:\.\d*){0,2}\.?$/.test(text)) return badVersion;
  const parts = text.split('.');
  for (let i = 0; i < 3; i++) {
    const difference = httpdVersion[i]! - leadingInteger(parts[i] ?? '');
    if (difference !== 0) return Math.sign(difference);
  }
  return 0;
}

/** Whether this server's version matches an expression; a text is the complaint. */
function matchesVersion(pattern: string, reader: Reader): boolean | string {
  const regex = reader.world.regex.compile(pattern);
  return 'kind' in regex ? 'Unable to compile regular expression' : regex.test(httpdVersion.join('.'));
}

/** The verdict of one comparison; a text is the complaint. */
function compare(operator: string, version: string, reader: Reader): boolean | string {
  const [sign, orEqual] = [operator[0], operator[1] === '='];
  const isWhole = operator.length === 1 || (operator.length === 2 && orEqual && sign !== '~');
  if (!isWhole || !['=', '~', '<', '>'].includes(sign!)) return `unrecognized operator '${operator}'`;
  if (sign === '~') return matchesVersion(version, reader);
  if (sign === '=' && version.startsWith('/')) {
    if (version.length < 2 || !version.endsWith('/')) return 'Missing delimiting / of regular expression.';
    return matchesVersion(version.slice(1, -1), reader);
  }
  const order = compareWith(version);
  if (typeof order === 'string') return order;
  return sign === '=' ? order === 0 : order === (sign === '<' ? -1 : 1) || (orEqual && order === 0);
}

export const ifVersionUsage = 'a comparison operator, a version (and a delimiter)';

/**
 * Operator, version and the closing `>`, which may stand apart when the version is quoted.
 * httpd: modules/metadata/mod_version.c start_ifversion
 */
export function ifVersion(raw: string, reader: Reader): readonly ResolvedNode[] | string {
  return readArguments(
    take123,
    raw,
    { name: reader.name, usage: ifVersionUsage },
    ([first, second, third]) => {
      let [operator, version, end] = second === undefined ? ['=', first, third] : [first, second, third];
      if (end === undefined && version === '>') [operator, version, end] = ['=', first, '>'];
      if (version === '' && end === '>') return `${reader.name}> directive missing closing '>'`;
      if (end !== '>') {
        if (!version.endsWith('>')) return `${reader.name}> directive missing closing '>'`;
        version = version.slice(0, -1);
      }
      const isNegated = operator.startsWith('!');
      const verdict = compare(
        isNegated && operator.length > 1 ? operator.slice(1) : operator,
        version,
        reader,
      );
      if (typeof verdict === 'string') return verdict;
      return verdict === isNegated ? [] : reader.content();
    },
  );
}
