import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { createRegexEngine } from '@httpd-ts/regex';
import { describe, expect, it } from 'vitest';
import { allRules } from './all-rules.ts';
import { checkExample } from './check-example.ts';
import type { Finding } from './finding.ts';

const regex = createRegexEngine(
  readFileSync(createRequire(import.meta.url).resolve('@stephen-riley/pcre2-wasm/dist/libpcre2.wasm')),
);

/** Findings of rules that are on, but for what any short example lacks. */
const told = (findings: readonly Finding[]) =>
  findings
    .filter(({ text, code }) => !/AH00558|AH00112/.test(text) && code !== 'unsupported-directive')
    .filter(({ code }) => code !== 'needed-overrides')
    .map(({ code, line, text }) => ({ code, line, text }));

describe.each(allRules.map((rule) => [rule.name, rule] as const))('%s', (name, rule) => {
  const severities = rule.severity === 'off' ? { [name]: 'note' as const } : {};

  it('finds its mistake in the bad example, on its line', async () => {
    const findings = told(await checkExample(rule.bad, regex, severities));
    expect(findings.filter(({ code }) => code === name).map(({ line }) => line)).toContain(rule.bad.line);
  });

  it('has nothing to say on the good example, nor has any other rule', async () => {
    expect(told(await checkExample(rule.good, regex, severities))).toEqual([]);
  });

  it('is off when it is switched off', async () => {
    const findings = told(await checkExample(rule.bad, regex, { [name]: 'off' }));
    expect(findings.filter(({ code }) => code === name)).toEqual([]);
  });
});

it('every rule lies in a file of its name', () => {
  const text = readFileSync(new URL('./all-rules.ts', import.meta.url), 'utf8');
  const files = [...text.matchAll(/from '\.\/rules\/([a-z0-9-]+)\.ts'/g)].map(([, file]) => file);
  expect(files).toEqual(allRules.map(({ name }) => name));
});
