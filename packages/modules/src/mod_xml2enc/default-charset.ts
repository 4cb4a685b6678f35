import type { DirectiveContext } from '@httpd-ts/kernel';
import { entryOf } from '@httpd-ts/kernel';
import { charsetAliases } from './config.ts';
import { isConvertible } from './convert.ts';

/** Names that libxml2 has for charsets of its own, by the name they are converted under here. */
const names: Readonly<Record<string, string>> = {
  'utf-8': 'utf-8',
  utf8: 'utf-8',
  'utf-16': 'utf-16',
  utf16: 'utf-16',
  'iso-10646-ucs-2': 'utf-16',
  'ucs-2': 'utf-16',
  ucs2: 'utf-16',
  'iso-10646-ucs-4': 'ucs-4',
  'ucs-4': 'ucs-4',
  ucs4: 'ucs-4',
  'iso-8859-1': 'iso-8859-1',
  'iso-latin-1': 'iso-8859-1',
  'iso latin 1': 'iso-8859-1',
  'iso-8859-2': 'iso-8859-2',
  'iso-latin-2': 'iso-8859-2',
  'iso latin 2': 'iso-8859-2',
  ...Object.fromEntries([3, 4, 5, 6, 7, 8, 9].map((part) => [`iso-8859-${part}`, `iso-8859-${part}`])),
  'iso-2022-jp': 'iso-2022-jp',
  shift_jis: 'shift_jis',
  'euc-jp': 'euc-jp',
};

const aliasesKey = { name: 'charsets of xml2EncAlias' };
const aliasesOf = (cmd: DirectiveContext) => cmd.memory(aliasesKey, () => new Map<string, string>());

/** Keeps another name for a charset, which must be declared before it is used. */
export function addAlias(charset: string, alias: string, cmd: DirectiveContext): void {
  aliasesOf(cmd).set(alias.toLowerCase(), charset);
  charsetAliases.draft(cmd.server.config).names.set(alias.toLowerCase(), charset);
}

/** The charset to assume, under the name it is converted by; undefined for one that libxml2 does not know by this name. */
export function defaultCharset(given: string, cmd: DirectiveContext): string | undefined {
  const name = entryOf(names, (aliasesOf(cmd).get(given.toLowerCase()) ?? given).toLowerCase());
  if (name !== undefined && !isConvertible(name, cmd.world.charsets))
    cmd.refuseServing('xml2EncDefault', 'mod_xml2enc', `of ${given}`);
  return name;
}
