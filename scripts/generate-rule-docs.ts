import { allRules, diagnostics, type Example, type Rule } from '@httpd-ts/lint';

const severityText = ({ severity }: Rule) => (severity === 'off' ? 'off by default' : severity);

function exampleText({ config, isHtaccess, line }: Example): string {
  const shown = Buffer.from(config, 'latin1').toString('utf8').trimEnd();
  const file = isHtaccess ? ' `.htaccess`' : '';
  const place = line === undefined ? 'Good' : `Bad, line ${line}`;
  return `${place}${file}:\n\n\`\`\`apache\n${shown}\n\`\`\`\n`;
}

/** `docs/lint-rules.md`. */
export function lintRulesPage(): string {
  const index = allRules.map(
    (rule) => `| [${rule.name}](#${rule.name}) | ${severityText(rule)} | ${rule.what} |`,
  );
  const sections = allRules.map(
    (rule) =>
      `## ${rule.name}\n\n${rule.what} ${rule.why}\n\n${rule.instead}\n\n${exampleText(rule.bad)}\n${exampleText(rule.good)}`,
  );
  return [
    '# Lint rules\n',
    'Mistakes that Apache lets through and `httpd-ts configtest` tells. Each rule has a severity: `error` and `warning` count for the exit code, `note` does not, `off` is silent.\n',
    '- On the command line: `--rule weak-tls=error --rule missing-directory=off`; `--no-lint` for none at all.',
    '- In `.httpd-ts.json`, in the working directory or above: `{ "rules": { "weak-tls": "error" }, "modules": "debian", "maxWarnings": 0 }`.',
    '- In the configuration: `# httpd-ts-disable-next-line weak-tls -- why`, or `# httpd-ts-disable weak-tls` up to `# httpd-ts-enable weak-tls`. Without names all rules are meant.\n',
    '| Rule | Severity | Mistake |',
    '| --- | --- | --- |',
    ...index,
    '',
    ...sections,
  ].join('\n');
}

/** `docs/diagnostics.md`. */
export function diagnosticsPage(): string {
  const sections = diagnostics.map(
    ({ code, what, why, instead }) => `## ${code}\n\n${what} ${why}\n\n${instead}\n`,
  );
  return [
    '# Diagnostics\n',
    "What Apache's own messages mean. `configtest` shows the code in brackets; the text is Apache's.\n",
    ...sections,
  ].join('\n');
}
