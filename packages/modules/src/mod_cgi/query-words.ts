import { unescapeUrl } from '@httpd-ts/kernel';
import { escapeShellCommand } from '../escape-shell-command.ts';

/** More words than this are not taken apart. httpd: include/ap_config.h APACHE_ARG_MAX */
const mostWords = 8192;

/** The arguments of a script that a query without `=` gives it, as ISINDEX asked for. httpd: split_argv, create_argv */
export function queryWords(query: string | undefined): readonly string[] {
  if (query === undefined || query === '' || query.includes('=')) return [];
  return query.split('+').slice(0, mostWords).map(wordOf);
}

function wordOf(text: string): string {
  const word = unescapeUrl(text, 'decode').text;
  const end = word.indexOf('\0');
  return escapeShellCommand(end < 0 ? word : word.slice(0, end));
}
