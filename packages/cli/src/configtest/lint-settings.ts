import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { allRules, nearestName, type Severity } from '@httpd-ts/lint';
import { settingsFileName } from './report-formats.ts';

/** What a person wants of the linter. */
export interface LintSettings {
  readonly severities: Readonly<Record<string, Severity | 'off'>>;
  readonly modules?: string;
  readonly maxWarnings?: number;
}

const severityWords = ['error', 'warning', 'note', 'off'] as const;

/** Settings of `--rule name=severity`; a text is the complaint. */
export function severitiesOf(words: readonly string[]): Record<string, Severity | 'off'> | string {
  const severities: Record<string, Severity | 'off'> = {};
  for (const word of words) {
    const [name = '', given = ''] = word.split('=');
    const severity = readSeverity(name, given);
    if (severity.length > 8) return severity;
    severities[name] = severity as Severity;
  }
  return severities;
}

function readSeverity(name: string, given: unknown): string {
  const names = allRules.map((rule) => rule.name);
  if (!names.includes(name)) {
    const nearest = nearestName(name, names);
    return `there is no rule ${name}${nearest === undefined ? '' : `; did you mean ${nearest}?`}`;
  }
  return (
    severityWords.find((one) => one === given) ??
    `rule ${name}: the severity is one of ${severityWords.join(', ')}`
  );
}

/** Reads the settings file given, or the nearest one; a text is the complaint. */
export function readSettings(given: string | undefined, from = process.cwd()): LintSettings | string {
  const path = given ?? nearestSettings(from);
  if (path === undefined) return { severities: {} };
  try {
    return settingsOf(JSON.parse(readFileSync(path, 'utf8')), path);
  } catch (error) {
    return `${path}: ${error instanceof Error ? error.message : String(error)}`;
  }
}

function nearestSettings(from: string): string | undefined {
  for (let directory = from; ; directory = dirname(directory)) {
    const path = join(directory, settingsFileName);
    if (existsSync(path)) return path;
    if (dirname(directory) === directory) return undefined;
  }
}

function settingsOf(value: unknown, path: string): LintSettings | string {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return `${path}: an object is expected`;
  const { rules = {}, modules, maxWarnings, ...others } = value as Record<string, unknown>;
  const [unknown] = Object.keys(others);
  if (unknown !== undefined)
    return `${path}: unknown setting ${unknown}; there are rules, modules, maxWarnings`;
  if (modules !== undefined && typeof modules !== 'string') return `${path}: modules is a text`;
  if (maxWarnings !== undefined && !isCount(maxWarnings)) return `${path}: maxWarnings is a number`;
  if (typeof rules !== 'object' || rules === null) return `${path}: rules is an object`;
  const severities: Record<string, Severity | 'off'> = {};
  for (const [name, given] of Object.entries(rules)) {
    const severity = readSeverity(name, given);
    if (severity.length > 8) return `${path}: ${severity}`;
    severities[name] = severity as Severity;
  }
  return {
    severities,
    ...(modules === undefined ? {} : { modules }),
    ...(maxWarnings === undefined ? {} : { maxWarnings: maxWarnings as number }),
  };
}

const isCount = (value: unknown) => typeof value === 'number' && Number.isInteger(value) && value >= 0;
