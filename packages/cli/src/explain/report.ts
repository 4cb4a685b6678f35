import { statusLine, type TraceStep } from '@httpd-ts/kernel';
import type { Explanation, HostChoice, Outcome } from './explain-request.ts';

/** An explanation for people: the host, each step with its line, what comes of it. `verbose` shows every message. */
export function reportExplanation(explanation: Explanation, isColored: boolean, verbose: boolean): string {
  const paint: Paint = (style, text) => (isColored ? `\x1b[${styles[style]}m${text}\x1b[0m` : text);
  const { request, host, steps, outcome } = explanation;
  const seen = new Set<string>();
  const isNew = (step: TraceStep) => {
    if (verbose || step.kind !== 'section') return true;
    const key = JSON.stringify(step);
    return !seen.has(key) && seen.add(key) !== undefined;
  };
  const shown = steps.filter((step) => isShown(step, verbose) && isNew(step) && !isRefusal(step, outcome));
  return [
    `${paint('bold', `${request.method} ${request.url}`)} ${paint('dim', `from ${request.from}`)}\n`,
    hostText(host, paint),
    ...shown.map((step) => stepText(step, steps, paint)),
    `${paint('bold', 'Answer')}: ${paint(outcome.kind === 'error' ? 'red' : 'green', outcomeText(outcome))}\n`,
  ].join('');
}

const styles = { bold: '1', dim: '2', red: '31', green: '32', cyan: '36' } as const;
type Paint = (style: keyof typeof styles, text: string) => string;

/** Levels of messages that say something about the configuration without being asked for all. */
const telling = /^(?:emerg|alert|crit|error|warn|notice)$/;

function isShown(step: TraceStep, verbose: boolean): boolean {
  if (verbose || step.kind !== 'log') return true;
  return step.module === 'rewrite' || telling.test(step.level);
}

function hostText(host: HostChoice, paint: Paint): string {
  const { name, definedAt, address, isUnreachable, reason, candidates } = host;
  const title = name ?? '(no ServerName)';
  const place = definedAt === undefined ? 'the main server' : `${definedAt.file}:${definedAt.line}`;
  const others = candidates.length > 1 ? `; ${candidates.length} virtual hosts have that address` : '';
  const unheard = isUnreachable ? `  ${paint('red', `no Listen opens ${address}; were it open:`)}\n` : '';
  return `${paint('bold', 'Host')}: ${title} ${paint('dim', `(${place})`)}\n${unheard}  on ${address}: ${reason}${others}\n`;
}

function stepText(step: TraceStep, all: readonly TraceStep[], paint: Paint): string {
  const indent = '  '.repeat(1 + depthOf(step.request, all));
  return `${indent}${describe(step, paint)}\n`;
}

/** How many sub-requests a record stands below. */
function depthOf(request: number, all: readonly TraceStep[]): number {
  const begun = all.find((step) => step.kind === 'request' && step.request === request);
  if (begun?.kind !== 'request' || begun.from === undefined) return 0;
  return depthOf(begun.from, all) + (begun.origin === 'sub-request' ? 1 : 0);
}

/** What is said because no back end is asked here. */
const isRefusal = (step: TraceStep, { kind }: Outcome) =>
  kind === 'proxy' &&
  ((step.kind === 'log' && step.module.startsWith('proxy')) ||
    (step.kind === 'hook' && step.phase === 'handler'));

const origins = {
  client: 'Request',
  'internal-redirect': 'Internal redirect to',
  'sub-request': 'Sub-request for',
} as const;

const sectionNames = {
  directory: '<Directory>',
  location: '<Location>',
  files: '<Files>',
  if: '<If>',
  proxy: '<Proxy>',
  htaccess: '.htaccess',
} as const;

function describe(step: TraceStep, paint: Paint): string {
  switch (step.kind) {
    case 'request':
      return paint('bold', `${origins[step.origin]} ${step.uri}`);
    case 'section': {
      const { kind, path, file, line } = step.section;
      const place = line === 0 ? '' : ` ${paint('dim', `${file}:${line}`)}`;
      return `enters ${sectionNames[kind]} ${path}${place}`;
    }
    case 'line': {
      const { name, args, file, line } = step.line;
      return `${paint('cyan', `${name} ${args}`)} ${paint('dim', `${file}:${line}`)}: ${step.outcome}`;
    }
    case 'log':
      return paint('dim', `[${step.module}:${step.level}] ${withoutConnection(step.message)}`);
    case 'hook': {
      const changes = step.changes.map(({ field, to }) => `${field} = ${to}`).join(', ');
      const answer = step.answer >= 100 ? statusLine(step.answer) : '';
      return `${step.phase} ${step.module}: ${[changes, answer].filter((text) => text !== '').join('; ') || 'done'}`;
    }
  }
}

/** mod_rewrite begins its lines with the client and the request, which are known here. */
const withoutConnection = (message: string) => message.replace(/^\S+ \S+ \S+ \[[^\]]*\]\[rid#[^\]]*\] /, '');

function outcomeText({ kind, status, location, file, backEnd, module }: Outcome): string {
  const by = module === undefined ? '' : ` by ${module}`;
  switch (kind) {
    case 'proxy':
      return `asked of ${backEnd}${by}`;
    case 'redirect':
      return `${statusLine(status!)} to ${location}${by}`;
    case 'file':
      return `${statusLine(status!)}, the file ${file}${by}`;
    case 'generated':
    case 'error':
      return `${statusLine(status!)}${by}`;
  }
}
