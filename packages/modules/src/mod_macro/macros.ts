import type { Reader } from '@httpd-ts/kernel';
import type { Macro } from './macro.ts';

/** The macros of a configuration that is being read: they belong to no server and no directory. */
export interface Macros {
  readonly byName: Map<string, Macro>;
  /** Whether a `<Macro` was met. */
  isUsed: boolean;
  /** How often one was used. */
  uses: number;
  ignoresEmpty: boolean;
  ignoresNesting: boolean;
}

const macrosKey = { name: 'macros' };

export const macrosOf = (reader: Reader): Macros =>
  reader.memory(macrosKey, () => ({
    byName: new Map<string, Macro>(),
    isUsed: false,
    uses: 0,
    ignoresEmpty: false,
    ignoresNesting: false,
  }));

/** A warning as the module's log level shows it. */
export const warnMacro = (reader: Reader, text: string): void => reader.warn(`[macro:warn] ${text}`);
