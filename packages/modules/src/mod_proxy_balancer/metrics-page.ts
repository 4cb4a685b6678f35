import { type Balancer, WORKER, type Worker } from '../mod_proxy/contract.ts';
import { shownName } from './xml-page.ts';

type Kind = 'gauge' | 'counter';
type Metric = readonly [
  name: string,
  kind: Kind,
  help: string,
  value: (worker: Worker, nowMs: number) => number,
];

const state = (bit: number) => (worker: Worker) => (worker.is(bit) ? 1 : 0);

const memberMetrics: readonly Metric[] = [
  ['usable', 'gauge', 'Whether the member can be given requests.', (worker) => (worker.isUsable ? 1 : 0)],
  [
    'draining',
    'gauge',
    'Whether the member takes requests of its own sessions only.',
    state(WORKER.draining),
  ],
  ['disabled', 'gauge', 'Whether the member is disabled.', state(WORKER.disabled)],
  ['stopped', 'gauge', 'Whether the member is stopped.', state(WORKER.stopped)],
  ['in_error', 'gauge', 'Whether the member waits for its retry time.', state(WORKER.inError)],
  ['failed_check', 'gauge', 'Whether health checks keep the member out.', state(WORKER.healthCheckFailed)],
  ['requests_in_flight', 'gauge', 'Requests under way.', (worker) => worker.busy],
  ['load_factor', 'gauge', 'Share of the member.', (worker) => worker.lbFactor / 100],
  ['lb_set', 'gauge', 'Set of the member.', (worker) => worker.lbSet],
  ['elected_total', 'counter', 'Times the member was chosen.', (worker) => worker.elected],
  ['answers_total', 'counter', 'Answers the member gave or failed to give.', (worker) => worker.answers],
  ['failures_total', 'counter', 'Answers from 500 on, and failures to answer.', (worker) => worker.failures],
  ['retries_total', 'counter', 'Times the member was let in again.', (worker) => worker.retries],
  ['sent_bytes_total', 'counter', 'Bytes sent to the member.', (worker) => worker.transferred],
  ['received_bytes_total', 'counter', 'Bytes received from the member.', (worker) => worker.read],
];

const prefix = 'httpd_balancer_';

/** The state of balancers and their members in the text format of Prometheus. */
export function metricsPage(balancers: readonly Balancer[], nowMs: number): string {
  const lines: string[] = [];
  const metric = (name: string, kind: Kind, help: string, values: readonly string[]) => {
    if (values.length > 0) lines.push(`# HELP ${name} ${help}`, `# TYPE ${name} ${kind}`, ...values);
  };
  const ofBalancers = (value: (balancer: Balancer) => number, name: string) =>
    balancers.map((balancer) => `${name}{balancer="${label(nameOf(balancer))}"} ${value(balancer)}`);
  metric(
    `${prefix}members`,
    'gauge',
    'Members of the balancer.',
    ofBalancers(({ members }) => members.length, `${prefix}members`),
  );
  metric(
    `${prefix}usable_members`,
    'gauge',
    'Members that can be given requests.',
    ofBalancers(
      ({ members }) => members.filter(({ isUsable }) => isUsable).length,
      `${prefix}usable_members`,
    ),
  );
  for (const [short, kind, help, value] of memberMetrics) {
    const name = `${prefix}member_${short}`;
    const values = balancers.flatMap((balancer) =>
      balancer.members.map((worker) => {
        const route = worker.parameters.route ?? '';
        const labels = `balancer="${label(nameOf(balancer))}",member="${label(shownName(worker))}",route="${label(route)}"`;
        return `${name}{${labels}} ${value(worker, nowMs)}`;
      }),
    );
    metric(name, kind, help, values);
  }
  return `${lines.join('\n')}\n`;
}

const nameOf = ({ name }: Balancer) => name.slice('balancer://'.length);

/** The format is UTF-8; names of the files are bytes, which may be anything. */
function label(text: string): string {
  const escaped = text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
  return escaped.replace(/[^\0-\x7f]/g, (char) => `%${char.charCodeAt(0).toString(16)}`);
}
