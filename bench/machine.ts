import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { cpus, release, totalmem } from 'node:os';
import { join } from 'node:path';
import { repositoryRoot } from '../scripts/httpd-ts-command.ts';
import { apacheProgram } from './servers/apache2.ts';

function outputOf(command: string, args: readonly string[]): string {
  const { stdout, stderr } = spawnSync(command, args, {
    encoding: 'utf8',
    timeout: 10_000,
    cwd: repositoryRoot,
  });
  return `${stdout ?? ''}${stderr ?? ''}`;
}

function versionOf(name: string, command: string, argument: string, pattern: RegExp): string | undefined {
  const version = pattern.exec(outputOf(command, [argument]))?.[1];
  return version === undefined ? undefined : `${name} ${version}`;
}

function ownVersion(): string {
  const text = readFileSync(join(repositoryRoot, 'packages/cli/package.json'), 'utf8');
  const { version } = JSON.parse(text) as { version: string };
  const commit = /^[0-9a-f]{7,}/.exec(outputOf('git', ['rev-parse', '--short', 'HEAD']))?.[0];
  return `httpd-ts ${version}${commit ? ` (${commit})` : ''}`;
}

/** The versions of everything that takes part. */
export function versions(): string {
  return [
    ownVersion(),
    `Node ${process.versions.node}`,
    versionOf('Apache', apacheProgram('apache2') ?? 'apache2', '-v', /Apache\/(\S+)/),
    versionOf('nginx', 'nginx', '-v', /nginx\/(\S+)/),
    versionOf('HAProxy', 'haproxy', '-v', /version (\d+\.\d+\.\d+)/),
    versionOf('wrk', 'wrk', '-v', /wrk (?:debian\/)?(\S+)/),
  ]
    .filter((line) => line !== undefined)
    .join(', ');
}

/** The machine in a line. */
export function machine(): string {
  const processors = cpus();
  const model = processors[0]?.model.trim() ?? 'unknown processor';
  return `${processors.length} × ${model}, ${Math.round(totalmem() / 2 ** 30)} GiB, Linux ${release()}`;
}
