import { allRules } from './all-rules.ts';
import type { Finding, Severity } from './finding.ts';
import type { Configuration, Mistake, Rule } from './rule.ts';
import { type Suppressions, suppressionsIn } from './suppressions.ts';

/** Runs the rules that are not off, and leaves out what comments suppress; in the order of files and lines. */
export async function runRules(
  configuration: Configuration,
  severities: Readonly<Record<string, Severity | 'off'>>,
): Promise<readonly Finding[]> {
  const { sources } = configuration;
  const suppressions = new Map<string, Suppressions>();
  const order = new Map(sources.files.map(({ name }, index) => [name, index]));
  for (const file of sources.files) suppressions.set(file.name, suppressionsIn(file));
  const findings: Finding[] = [];
  for (const rule of allRules) {
    const severity = severities[rule.name] ?? rule.severity;
    if (severity === 'off') continue;
    await rule.check(configuration, (mistake) => {
      const finding = findingOf(rule, severity, mistake, configuration);
      const { file, line } = finding;
      const lines = [finding.excerpt?.line ?? line ?? 0, line ?? 0];
      const isSuppressed = lines.some((one) => suppressions.get(file ?? '')?.covers(rule.name, one));
      if (!isSuppressed) findings.push(finding);
    });
  }
  const place = ({ file, line }: Finding) => [order.get(file ?? '') ?? 0, line ?? 0] as const;
  return findings.sort((a, b) => place(a)[0] - place(b)[0] || place(a)[1] - place(b)[1]);
}

function findingOf(rule: Rule, severity: Severity, mistake: Mistake, { sources }: Configuration): Finding {
  const common = {
    severity,
    stage: 'checking' as const,
    origin: 'lint' as const,
    code: rule.name,
    text: mistake.text,
    why: rule.why,
    instead: mistake.instead ?? rule.instead,
    didYouMean: mistake.didYouMean,
    documentation: `docs/lint-rules.md#${rule.name}`,
  };
  if (!('at' in mistake)) {
    const { file, offset, length, line } = mistake;
    return { ...common, file: file.name, line, excerpt: sources.excerptAt(file, offset, length) };
  }
  const { node, isSection } = mistake.at;
  return {
    ...common,
    file: node.file,
    line: node.line,
    chain: node.chain,
    directive: isSection ? `<${node.name}` : node.name,
    excerpt: sources.excerpt(node.file, node.line, mistake.word),
  };
}
