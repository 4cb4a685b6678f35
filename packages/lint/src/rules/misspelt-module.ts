import { thirdPartyModules } from '@httpd-ts/modules';
import { lines, type Section } from '@httpd-ts/syntax';
import { nearestName } from '../nearest-name.ts';
import { type Configuration, defineRule } from '../rule.ts';

/** The names by which `<IfModule>` knows the modules of Apache: source file and identifier. */
const namesOf = ({ available }: Configuration) =>
  available.flatMap(({ identifier, httpd }) => [identifier, httpd.slice(httpd.lastIndexOf('/') + 1)]);

const isThirdParty = (name: string) =>
  thirdPartyModules.some(({ file, identifiers }) => file === name || identifiers.test(name));

/** What was probably meant by a name that no module has; undefined where it may be a third party's. */
function meantModule(name: string, known: readonly string[]): string | undefined {
  const bare = name.toLowerCase().replace(/^mod_|_module$|\.c$/g, '');
  const spelled = known.find((one) => one === `${bare}_module` || one === `mod_${bare}.c`);
  if (spelled !== undefined)
    return name.toLowerCase().endsWith('_module') ? `${bare}_module` : `mod_${bare}.c`;
  return /^mod_\w+\.c$|_module$/i.test(name) || bare.length > 4 ? nearestName(name, known) : undefined;
}

export const misspeltModule = defineRule({
  name: 'misspelt-module',
  severity: 'warning',
  what: '<IfModule> asks for a module of a name that no module has.',
  why: 'The section is never read: what stands in it has no effect, and nobody is told.',
  instead: 'Name the module by its source file (mod_rewrite.c) or its identifier (rewrite_module).',
  bad: { config: '<IfModule mod_rewrit.c>\n  RewriteEngine On\n</IfModule>\n', line: 1 },
  good: {
    config:
      '<IfModule mod_rewrite.c>\n  RewriteEngine On\n</IfModule>\n<IfModule php_module>\n</IfModule>\n<IfModule mod_wsgi.c>\n</IfModule>\n',
  },
  check(configuration, report) {
    const known = namesOf(configuration);
    const knownSet = new Set(known);
    for (const file of configuration.sources.files) {
      for (const line of lines(file)) {
        if (line.kind !== 'section' || line.name.toLowerCase() !== 'ifmodule') continue;
        const name = /^\s*"?!?\s*"?([^">\s]+)/.exec((line as Section).arguments)?.[1];
        if (name === undefined || knownSet.has(name) || isThirdParty(name)) continue;
        const meant = meantModule(name, known);
        if (meant === undefined || meant === name) continue;
        const offset = file.text.indexOf(name, line.start);
        report({
          file,
          offset: offset < 0 ? line.start : offset,
          length: name.length,
          line: line.line,
          text: `no module is called ${name}`,
          didYouMean: meant,
        });
      }
    }
  },
});
