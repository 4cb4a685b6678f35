import type { DirectiveReport, ModuleReport, Survey } from './facts.ts';

/** The verdict on what was found, with the sentence that says it. */
export function verdictOn(facts: Omit<Survey, 'verdict' | 'summary'>): Pick<Survey, 'verdict' | 'summary'> {
  const { diagnostics, directives, modules } = facts;
  const errors = diagnostics.filter(({ severity }) => severity === 'error').length;
  const refused = directives.filter(isRefused);
  const others = modules.filter(({ state }) => state === 'third-party');
  // Where such a module is named, its directives need no mention of their own.
  const foreign = others.length > 0 ? [] : directives.filter(({ state }) => state === 'third-party');
  const unknown = modules.filter(({ state }) => state === 'unknown');
  const obstacles = [
    counted(errors, 'error', 'of the configuration itself'),
    named(refused, 'directive is not supported', 'directives are not supported'),
    named(foreign, 'directive is of a third-party module', 'directives are of third-party modules'),
    named(others, 'third-party module is needed', 'third-party modules are needed'),
    named(unknown, 'module is not known', 'modules are not known'),
  ].filter((text) => text !== undefined);
  if (obstacles.length > 0) {
    return {
      verdict: 'does-not-run',
      summary: `It will not run here as it stands: ${obstacles.join('; ')}.`,
    };
  }
  const exceptions = directives.filter(
    ({ state, uses }) => state === 'partial' && uses.some(({ bites }) => bites),
  );
  const found = `${countedAll(facts.virtualHosts.length, 'virtual host')}, ${countedAll(directives.length, 'directive')}`;
  if (exceptions.length === 0) {
    return { verdict: 'runs', summary: `It will run here: ${found}, all of them honoured.` };
  }
  return {
    verdict: 'runs-with-exceptions',
    summary: `It will run here: ${found}, ${named(exceptions, 'with an exception', 'with exceptions')}.`,
  };
}

/** Whether a server does not start because of it. */
export const isRefused = ({ state, uses }: DirectiveReport) =>
  state === 'not-supported' || (state === 'partial' && uses.some(({ detail }) => detail !== undefined));

const countedAll = (number: number, word: string) => `${number} ${word}${number === 1 ? '' : 's'}`;

const counted = (number: number, word: string, what: string) =>
  number === 0 ? undefined : `${countedAll(number, word)} ${what}`;

const mostNamed = 5;

function named(
  found: readonly (DirectiveReport | ModuleReport)[],
  one: string,
  several: string,
): string | undefined {
  if (found.length === 0) return undefined;
  const names = found.slice(0, mostNamed).map(({ name }) => (name.startsWith('<') ? `${name}>` : name));
  const more = found.length > mostNamed ? ' ...' : '';
  return `${found.length} ${found.length === 1 ? one : several} (${names.join(', ')}${more})`;
}
