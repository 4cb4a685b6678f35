/**
 * Sends the same random requests to Apache and to httpd-ts on the same configurations and counts where they differ.
 *
 * `node test/fuzz/run.ts [--seed N] [--requests N] [--config NAME] [--show N] [--ports N]`
 */
import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import fc from 'fast-check';
import { startBackEnd } from './back-ends.ts';
import { compareOutcomes, type Difference, masked } from './compare-outcomes.ts';
import { type Configuration, configurations } from './configurations.ts';
import { type Conversation, conversations } from './conversations.ts';
import { type Outcome, sendConversation } from './send-conversation.ts';
import { layOutFiles, type RunningServer, startServer, stopServer } from './start-servers.ts';

const { values } = parseArgs({
  options: {
    seed: { type: 'string' },
    requests: { type: 'string', default: '2000' },
    config: { type: 'string' },
    show: { type: 'string', default: '2' },
    ports: { type: 'string', default: '19010' },
  },
});
const seed = Number(values.seed ?? Math.floor(Math.random() * 2 ** 31));
const basePort = Number(values.ports);
const backEndPorts = [basePort + 2, basePort + 3, basePort + 4];
const atOnce = 24;

interface Find extends Difference {
  readonly conversation: Conversation;
}

const chosen = configurations.filter(({ name }) => values.config === undefined || name === values.config);
if (chosen.length === 0)
  throw new Error(`no configuration ${values.config}: ${configurations.map(({ name }) => name).join(' ')}`);
/** Below the ports that the system gives out. */
const firstLocalPort = 20_000;
const localPorts = 12_000;
console.log(`seed ${seed}`);
const backEnds = await Promise.all(backEndPorts.map((port) => startBackEnd(port)));
let different = 0;
for (const configuration of chosen) different += await fuzz(configuration);
for (const backEnd of backEnds) backEnd.close();
process.exit(different > 0 ? 1 : 0);

async function fuzz(configuration: Configuration): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), 'fuzz-'));
  chmodSync(folder, 0o755);
  const root = join(folder, 'root');
  layOutFiles(configuration, root);
  const apache = await startServer(
    'apache2',
    configuration,
    join(folder, 'apache'),
    root,
    basePort,
    backEndPorts,
  );
  const httpdTs = await startServer(
    'httpd-ts',
    configuration,
    join(folder, 'httpd-ts'),
    root,
    basePort + 1,
    backEndPorts,
  );
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => {
      for (const server of [apache, httpdTs]) server.process.kill('SIGTERM');
      process.exit(2);
    });
  }
  const sample = fc.sample(conversations(configuration), { seed, numRuns: Number(values.requests) });
  const finds = await converse(sample, apache, httpdTs);
  report(configuration.name, sample.length, finds);
  reportErrors(httpdTs);
  await Promise.all([stopServer(apache), stopServer(httpdTs)]);
  rmSync(folder, { recursive: true });
  return finds.length;
}

async function converse(
  sample: readonly Conversation[],
  apache: RunningServer,
  httpdTs: RunningServer,
): Promise<readonly Find[]> {
  const outcomes: (readonly [Conversation, Outcome, Outcome])[] = [];
  let next = 0;
  const work = async () => {
    for (;;) {
      const index = next++;
      const conversation = sample[index];
      if (conversation === undefined) return;
      // Logs tell conversations by the port, which the system would give out twice.
      const from = firstLocalPort + (index % localPorts);
      const [left, right] = await Promise.all([
        sendConversation(conversation, apache.port, from),
        sendConversation(conversation, httpdTs.port, from),
      ]);
      outcomes.push([conversation, left, right]);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, work));
  await new Promise((resolve) => setTimeout(resolve, 3000));
  const [leftLog, rightLog] = [logByPort(apache), logByPort(httpdTs)];
  return outcomes.flatMap(([conversation, left, right]) => {
    const difference = compareOutcomes(
      { ...left, answer: masked(left.answer, apache.port) },
      { ...right, answer: masked(right.answer, httpdTs.port) },
      [
        masked(leftLog.get(left.port) ?? '', apache.port),
        masked(rightLog.get(right.port) ?? '', httpdTs.port),
      ],
    );
    return difference === undefined ? [] : [{ ...difference, conversation }];
  });
}

/** The lines of an access log by the client's port, which begins each line and is left out. */
function logByPort(server: RunningServer): ReadonlyMap<number, string> {
  const lines = new Map<number, string>();
  for (const line of readFileSync(join(server.folder, 'access.log'), 'latin1').split('\n')) {
    const port = Number.parseInt(line, 10);
    if (line !== '') lines.set(port, `${lines.get(port) ?? ''}${line.slice(line.indexOf('|'))}\n`);
  }
  return lines;
}

function report(name: string, count: number, finds: readonly Find[]): void {
  console.log(`\n== ${name}: ${count} conversations, ${finds.length} differ`);
  const kinds = Map.groupBy(finds, ({ kind, grave }) => (grave ? `GRAVE ${kind}` : kind));
  const ordered = [...kinds].sort(
    ([left, a], [right, b]) =>
      Number(right.startsWith('GRAVE')) - Number(left.startsWith('GRAVE')) || b.length - a.length,
  );
  for (const [kind, examples] of ordered) {
    console.log(`\n${examples.length} × ${kind}`);
    const smallest = [...examples].sort((a, b) => size(a) - size(b)).slice(0, Number(values.show));
    for (const { apache, httpdTs, conversation } of smallest) {
      console.log(
        `  sent   ${JSON.stringify(conversation.parts)}${conversation.halfClose ? ' half-close' : ''}`,
      );
      console.log(
        `  apache ${JSON.stringify(apache.slice(0, 400))}\n  ours   ${JSON.stringify(httpdTs.slice(0, 400))}`,
      );
    }
  }
}

function size(find: Find): number {
  return find.conversation.parts.join('').length;
}

/** Complaints of httpd-ts about itself, and whether it keeps anything open. */
function reportErrors(server: RunningServer): void {
  const log = readFileSync(join(server.folder, 'error.log'), 'latin1');
  const own = log
    .split('\n')
    .filter((line) => /TypeError|RangeError|at .*\.ts:\d|internal error:|\[(crit|alert|emerg)/i.test(line));
  if (own.length > 0) console.log(`\nINTERNAL ERRORS ${own.length}\n${own.slice(0, 20).join('\n')}`);
  console.log(
    `error log: ${statSync(join(server.folder, 'error.log')).size} bytes; exit code ${String(server.process.exitCode)}`,
  );
}
