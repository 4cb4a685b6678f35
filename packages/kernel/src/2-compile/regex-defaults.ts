import type { Regex, RegexOptions } from '@httpd-ts/regex';
import type { World } from '../world.ts';

/** What holds of patterns that do not say otherwise; a directive may change it for those that follow. httpd: ap_regcomp_set_default_cflags */
export interface RegexDefaults {
  caseless: boolean;
  dotAll: boolean;
  dollarEndOnly: boolean;
}

/** `isPlain` is for a pattern that httpd does not hand to its regular expressions. */
export type PatternOptions = RegexOptions & { readonly isPlain?: boolean };

const defaultsKey = { name: 'defaults of regular expressions' };

/** The defaults at this point of the configuration. */
export function regexDefaults(memory: <T>(key: object, create: () => T) => T): RegexDefaults {
  return memory(defaultsKey, () => ({ caseless: false, dotAll: true, dollarEndOnly: true }));
}

/** The options of a pattern together with the defaults. */
function withDefaults(
  options: PatternOptions | undefined,
  defaults: RegexDefaults,
): RegexOptions | undefined {
  const { caseless, dotAll, dollarEndOnly } = defaults;
  if (options?.isPlain || (!caseless && dotAll && dollarEndOnly)) return options;
  return { dotAll, dollarEndOnly, ...options, caseless: caseless || options?.caseless === true };
}

/** What compiling a pattern needs: a configuration on its way, or a plan. */
interface RegexSurroundings {
  readonly world: Pick<World, 'regex'>;
  memory<T>(key: object, create: () => T): T;
}

/** Compiles a regular expression with the defaults; a string is PCRE2's complaint. */
export function compileRegex(
  { world, memory }: RegexSurroundings,
  pattern: string,
  options?: PatternOptions,
): Regex | string {
  const compiled = world.regex.compile(pattern, withDefaults(options, regexDefaults(memory)));
  return 'kind' in compiled ? compiled.message : compiled;
}
