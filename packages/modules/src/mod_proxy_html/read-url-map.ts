import { type DirectiveContext, nextWord } from '@httpd-ts/kernel';
import type { UrlMap } from './config.ts';

/** Reads the arguments of ProxyHTMLURLMap; a text is the complaint. httpd: set_urlmap, comp_urlmap */
export function readUrlMap(raw: string, cmd: DirectiveContext): UrlMap | string {
  const cursor = { text: raw, at: 0 };
  const from = nextWord(cursor);
  const to = nextWord(cursor);
  const flags = nextWord(cursor);
  const condition = flags === '' ? '' : nextWord(cursor);
  const has = (flag: string) => flags.includes(flag);
  const isRegex = has('R');
  const regexOptions = { caseless: has('i'), multiline: has('s') };
  const interpolatesFrom = has('v');
  const regex = isRegex && !interpolatesFrom ? cmd.regex(from, regexOptions) : undefined;
  const compiled =
    condition === '' ? undefined : cmd.expression(modern(condition), 'boolean', { module: 'proxy_html' });
  if (compiled !== undefined && 'error' in compiled) return compiled.error;
  return {
    from,
    to,
    isRegex,
    regexOptions,
    regex: typeof regex === 'string' ? undefined : regex,
    condition: compiled,
    inLinks: !has('h'),
    inEvents: !has('e'),
    inScripts: !has('c'),
    atStart: has('^'),
    atEnd: has('$'),
    isLast: has('L'),
    isNotLast: has('l'),
    interpolatesTo: has('V'),
    interpolatesFrom,
  };
}

/** The old way to name a variable of the environment, as the expression that httpd makes of it. */
function modern(condition: string): string {
  const match = /^(!)?(\w+)(?:(=)(.+))?$/.exec(condition);
  if (match === null) return condition;
  const [, not = '', name, equals = '', value = ''] = match;
  const expression = `reqenv('${name}')${not}${equals}'${value}'`;
  return not !== '' && !condition.includes('=') ? `!${expression.slice(0, -1)}` : expression;
}
