import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { machine, versions } from './machine.ts';
import { type Report, terminalTable } from './report.ts';
import { keepMeasured, resultsSection, writePicture, writeResults } from './results-file.ts';
import { makeReadableDirectory, type Scenario } from './scenario.ts';
import { allScenarios } from './scenarios/all-scenarios.ts';
import { type ServerName, serverNames } from './servers/server.ts';
import { stopEverything } from './started-processes.ts';

interface Options {
  readonly scenarios: readonly Scenario[];
  readonly families: readonly string[];
  readonly rounds: number;
  readonly seconds: number;
  readonly servers: readonly ServerName[];
  readonly firstPort: number;
  readonly write: boolean;
}

const usage = `npm run bench -- [--scenario NAME…] [--rounds 3] [--seconds 5] [--only httpd-ts,apache2] [--port 18200] [--family WORD…] [--write]
scenarios: ${allScenarios.map(({ name }) => name).join(' ')}`;

function wholeNumber(text: string, name: string): number {
  if (!/^[1-9]\d{0,4}$/.test(text)) throw new Error(`--${name} takes a whole number above 0, not "${text}"`);
  return Number(text);
}

function scenarioNamed(name: string): Scenario {
  const found = allScenarios.find((scenario) => scenario.name === name);
  if (!found) throw new Error(`there is no scenario "${name}"`);
  return found;
}

function serverNamed(name: string): ServerName {
  const found = serverNames.find((server) => server === name);
  if (!found) throw new Error(`there is no server "${name}"; there are ${serverNames.join(', ')}`);
  return found;
}

function readOptions(): Options {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      scenario: { type: 'string', multiple: true, default: [] },
      rounds: { type: 'string', default: '3' },
      seconds: { type: 'string', default: '5' },
      only: { type: 'string', default: serverNames.join(',') },
      port: { type: 'string', default: '18200' },
      family: { type: 'string', multiple: true, default: [] },
      write: { type: 'boolean', default: false },
    },
  });
  const names = [...values.scenario, ...positionals];
  const only = values.only.split(',').map(serverNamed);
  return {
    scenarios: names.length > 0 ? names.map(scenarioNamed) : allScenarios,
    rounds: wholeNumber(values.rounds, 'rounds'),
    seconds: wholeNumber(values.seconds, 'seconds'),
    servers: serverNames.filter((name) => only.includes(name)),
    firstPort: wholeNumber(values.port, 'port'),
    families: values.family,
    write: values.write,
  };
}

async function runScenario(scenario: Scenario, options: Options, parent: string): Promise<Report> {
  const { rounds, seconds, servers, firstPort, families } = options;
  const directory = makeReadableDirectory(parent, scenario.name);
  const say = (line: string) => console.log(`  … ${line}`);
  console.log(`\n${scenario.title} (${scenario.name})\n  ${scenario.what}`);
  try {
    return await scenario.run({ rounds, seconds, servers, firstPort, families, directory, say });
  } finally {
    await stopEverything();
    rmSync(directory, { recursive: true, force: true });
  }
}

async function runAll(options: Options, parent: string): Promise<void> {
  const circumstances = {
    date: new Date().toISOString().slice(0, 10),
    machine: machine(),
    versions: versions(),
    rounds: options.rounds,
    seconds: options.seconds,
  };
  console.log(`${circumstances.machine}\n${circumstances.versions}`);
  const order = allScenarios.map(({ name }) => name);
  for (const scenario of options.scenarios) {
    const loadBefore = loadavg()[0]!.toFixed(2);
    const report = await runScenario(scenario, options, parent);
    for (const table of report.tables) console.log(`\n${terminalTable(table)}`);
    for (const note of report.notes) console.log(`  - ${note}`);
    if (!options.write) continue;
    if (report.picture !== undefined) writePicture(scenario, report.picture);
    if (report.measured !== undefined) keepMeasured(scenario.name, report.measured);
    // After each scenario, so that an interrupted run keeps what it measured.
    writeResults(
      new Map([[scenario.name, resultsSection(scenario, report, { ...circumstances, loadBefore })]]),
      order,
    );
  }
}

function requireLinuxAndWrk(): void {
  if (process.platform !== 'linux') throw new Error('the bench reads /proc, so it runs on Linux only');
  if (spawnSync('wrk', ['-v']).error) throw new Error('wrk is not installed (Debian: apt-get install wrk)');
}

async function main(): Promise<void> {
  const options = readOptions();
  requireLinuxAndWrk();
  const parent = mkdtempSync(join(tmpdir(), 'httpd-ts-bench-'));
  makeReadableDirectory(parent);
  const cleanUp = async () => {
    await stopEverything();
    rmSync(parent, { recursive: true, force: true });
  };
  const interrupted = (signal: NodeJS.Signals) => {
    console.error(`\nbench: ${signal}, stopping what was started`);
    void cleanUp().then(() => process.exit(signal === 'SIGINT' ? 130 : 143));
  };
  process.once('SIGINT', interrupted);
  process.once('SIGTERM', interrupted);
  await runAll(options, parent).finally(cleanUp);
}

try {
  await main();
} catch (error) {
  console.error(`bench: ${error instanceof Error ? error.message : String(error)}\n${usage}`);
  process.exitCode = 1;
}
