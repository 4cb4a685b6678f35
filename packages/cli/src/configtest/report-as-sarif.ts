import { allRules, diagnostics, type Finding } from '@httpd-ts/lint';
import { asciiJson, decodedDeep, shownPath, type Verdict } from './verdict.ts';

const schema = 'https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json';

/** A log in SARIF 2.1.0, which code scanning services read. */
export function reportAsSarif(verdicts: readonly Verdict[], version: string, from: string): string {
  const rules = reportingRules();
  const indexes = new Map(rules.map(({ id }, index) => [id, index]));
  const results = verdicts.flatMap(({ findings }) => findings.map((one) => resultOf(one, indexes, from)));
  const driver = { name: 'httpd-ts', version, semanticVersion: version, rules };
  const log = {
    $schema: schema,
    version: '2.1.0',
    runs: [{ tool: { driver }, columnKind: 'utf16CodeUnits', results }],
  };
  return `${asciiJson(decodedDeep(log))}\n`;
}

function reportingRules() {
  const lint = allRules.map(({ name, severity, what, why, instead }) => ({
    id: name,
    shortDescription: { text: what },
    fullDescription: { text: `${what} ${why}` },
    help: { text: instead },
    defaultConfiguration: severity === 'off' ? { enabled: false, level: 'note' } : { level: severity },
  }));
  const said = diagnostics.map(({ code, what, why, instead }) => ({
    id: code,
    shortDescription: { text: what },
    fullDescription: { text: `${what} ${why}` },
    help: { text: instead },
    defaultConfiguration: { level: 'error' },
  }));
  const overrides = 'Which AllowOverride classes a .htaccess needs.';
  const other = {
    id: 'needed-overrides',
    shortDescription: { text: overrides },
    fullDescription: { text: overrides },
    help: { text: overrides },
    defaultConfiguration: { level: 'note' },
  };
  return [...lint, ...said, other];
}

function resultOf(finding: Finding, indexes: ReadonlyMap<string, number>, from: string) {
  const { code, severity, text, file, line, excerpt, chain = [], didYouMean, instead } = finding;
  const index = indexes.get(code);
  const hints = [didYouMean === undefined ? undefined : `Did you mean ${didYouMean}?`, instead];
  const message = [text, ...hints.filter((one) => one !== undefined)].join('\n');
  const location = file === undefined ? undefined : locationOf(file, line, excerpt, from);
  return {
    ruleId: code,
    ...(index === undefined ? {} : { ruleIndex: index }),
    level: severity,
    message: { text: message },
    locations: location === undefined ? [] : [location],
    ...(chain.length === 0 ? {} : { relatedLocations: chain.map((place) => includeLocation(place, from)) }),
  };
}

function includeLocation(place: string, from: string) {
  const [, file = place, line] = /^(.*):(\d+)$/.exec(place) ?? [];
  return {
    ...locationOf(file, line === undefined ? undefined : Number(line), undefined, from),
    message: { text: 'included from here' },
  };
}

function locationOf(file: string, line: number | undefined, excerpt: Finding['excerpt'], from: string) {
  const region =
    excerpt === undefined
      ? line === undefined || line < 1
        ? undefined
        : { startLine: line }
      : {
          startLine: excerpt.line,
          startColumn: excerpt.column,
          endLine: excerpt.line,
          endColumn: excerpt.endColumn,
          snippet: { text: excerpt.text },
        };
  const artifactLocation = { uri: uriOf(file, from) };
  return { physicalLocation: { artifactLocation, ...(region === undefined ? {} : { region }) } };
}

/** Relative where the file lies below the working directory, so that a service finds it in the repository. */
function uriOf(file: string, from: string): string {
  const shown = shownPath(file, from);
  const encoded = Buffer.from(shown, 'latin1').toString('utf8').split('/').map(encodeURIComponent).join('/');
  return shown.startsWith('/') ? `file://${encoded}` : encoded;
}
