import { entryOf } from '@httpd-ts/kernel';

const named: Readonly<Record<string, string>> = {
  '\b': '\\b',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\v': '\\v',
  '\\': '\\\\',
  '"': '\\"',
};

const special = /[^ !#-[\]-~]/;
const allSpecial = new RegExp(special, 'g');

const escapeChar = (char: string): string =>
  entryOf(named, char) ?? `\\x${char.charCodeAt(0).toString(16).padStart(2, '0')}`;

/** Makes a text from outside safe for a log line. httpd: server/util.c ap_escape_logitem */
export function escapeLogItem(text: string): string {
  return special.test(text) ? text.replace(allSpecial, escapeChar) : text;
}
