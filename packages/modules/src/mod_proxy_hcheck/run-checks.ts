import { type Compilation, entryOf, type Plan, type ServerRecord, type Timer } from '@httpd-ts/kernel';
import {
  type Balancer,
  connectComplaint,
  connectErrors,
  type HealthCheckMethod,
  proxyServer,
  WORKER,
  type Worker,
} from '../mod_proxy/contract.ts';
import { answerRecord } from './answer-record.ts';
import { askBackEnd, type CheckFailure, type CheckOutcome } from './ask-back-end.ts';
import { healthCheckConfig, mostAtATime } from './config.ts';

/** How often it is looked whether a check is due. httpd: AP_WD_TM_SLICE */
const lookMs = 100;
const standardIntervalMs = 30_000;
/** Intervals are this much shorter or longer each time, so that checks do not gather. */
const jitter = 0.1;
const standardAtATime = 16;

interface Checks {
  readonly stop: () => void;
}

const running = new WeakMap<Plan, Checks>();

/** Begins to check what the plan has. Runs once in a serving process. httpd: hc_watchdog_callback */
export function startChecks({ world }: Compilation, plan: Plan): void {
  // What virtual hosts have from the main server is the main server's to check.
  const owners = new Map<Balancer, ServerRecord>();
  for (const server of plan.servers) {
    for (const balancer of proxyServer.at(server.config).balancers)
      if (!owners.has(balancer)) owners.set(balancer, server);
  }
  const schedules = [...owners].map(([balancer, server]) => ({ server, balancer }));
  if (schedules.length === 0) return;
  const { size = standardAtATime } = mostAtATime.at(plan.mainServer.config);
  const round = checkRound(schedules, size === 0 ? 1 : size, () => world.digests.random());
  let timer: Timer;
  const look = () => {
    round.begin(world.clock.now());
    timer = world.clock.after(lookMs, look);
  };
  timer = world.clock.after(lookMs, look);
  running.set(plan, {
    stop() {
      timer.cancel();
      round.stop();
    },
  });
}

/** Ends the checks of a plan that is no longer served. */
export function stopChecks(_compilation: Compilation, plan: Plan): void {
  running.get(plan)?.stop();
  running.delete(plan);
}

interface Schedule {
  readonly server: ServerRecord;
  readonly balancer: Balancer;
}

/** What is done at each look: checks that are due begin, as many as may run at a time. */
function checkRound(schedules: readonly Schedule[], most: number, random: () => number) {
  const dueMs = new WeakMap<Worker, number>();
  const waiting: (() => Promise<void>)[] = [];
  // A check that lasts longer than the interval is not joined by another.
  const unfinished = new Set<Worker>();
  let going = 0;
  const next = () => {
    while (going < most && waiting.length > 0) {
      going++;
      void waiting.shift()!().finally(() => {
        going--;
        next();
      });
    }
  };
  const stop = () => {
    waiting.length = 0;
  };
  const begin = (nowMs: number) => {
    for (const { server, balancer } of schedules) {
      balancer.state!.sync();
      for (const worker of balancer.members) {
        const { hcMethod = 'NONE', hcIntervalMs = standardIntervalMs } = worker.parameters;
        if (hcMethod === 'NONE' || worker.is(WORKER.stopped)) continue;
        const due = dueMs.get(worker);
        // The first checks of many members are spread over the interval.
        if (due === undefined) dueMs.set(worker, nowMs + hcIntervalMs * random());
        // A shorter interval, set at run time, counts at once.
        else if (due > nowMs + hcIntervalMs * (1 + jitter)) dueMs.set(worker, nowMs);
        if (due === undefined || due > nowMs || unfinished.has(worker)) continue;
        dueMs.set(worker, nowMs + hcIntervalMs * (1 - jitter + 2 * jitter * random()));
        unfinished.add(worker);
        waiting.push(() => check(server, worker).finally(() => unfinished.delete(worker)));
      }
    }
    next();
  };
  return { begin, stop };
}

/** httpd: modules/proxy/mod_proxy_hcheck.c hc_check */
async function check(server: ServerRecord, worker: Worker): Promise<void> {
  const log = (level: 'debug' | 'info', message: string) => {
    if (server.errorLogger.wants('proxy_hcheck', level, undefined))
      server.errorLogger.write({ module: 'proxy_hcheck', level, message, server });
  };
  log('debug', `AH03256: ${way(server)}Health checking ${worker.name}`);
  const outcome = await askBackEnd(server, worker);
  if (typeof outcome === 'object' && 'failure' in outcome) noteFailure(server, worker, outcome);
  const { hcPasses = 1, hcFails = 1 } = worker.parameters;
  const isWell = passes(server, worker, outcome);
  const nowMs = server.plan.world.clock.now();
  worker.checkedMs = nowMs;
  if (worker.is(WORKER.healthCheckFailed)) {
    if (!isWell) return;
    worker.checkPasses += 1;
    if (worker.checkPasses < hcPasses) return;
    worker.clearStatus(WORKER.healthCheckFailed | WORKER.inError);
    worker.checkPasses = 0;
    log('info', `AH03302: ${way(server)}Health check ENABLING ${worker.name}`);
    return;
  }
  if (isWell) return;
  worker.noteError(nowMs);
  worker.checkFails += 1;
  if (worker.checkFails < hcFails) return;
  worker.markFailedCheck(true);
  worker.checkFails = 0;
  log('info', `AH03303: ${way(server)}Health check DISABLING ${worker.name}`);
}

/** httpd says whether its checks run in threads of their own, which `ProxyHCTPsize 0` is about. */
function way(server: ServerRecord): string {
  return mostAtATime.at(server.plan.mainServer.config).size === 0 ? '' : 'Threaded ';
}

/** What the log calls a check that is none of HTTP. */
const protocolNames: Partial<Record<HealthCheckMethod, string>> = { TCP: 'HCTCP', CPING: 'HCCPING' };

/** Tells the error log why there was no answer. httpd: ap_proxy_connect_backend, hc_check */
function noteFailure(server: ServerRecord, worker: Worker, { failure, address, log }: CheckFailure): void {
  const { errorLogger } = server;
  if (log !== undefined) {
    if (!errorLogger.wants('proxy_ajp', 'error', undefined)) return;
    for (const line of log) errorLogger.write({ module: 'proxy_ajp', level: 'error', server, ...line });
    return;
  }
  if (address === undefined) {
    if (!errorLogger.wants('proxy_hcheck', 'debug', undefined)) return;
    const message = `Health check of ${worker.name}: ${failure}`;
    errorLogger.write({ module: 'proxy_hcheck', level: 'debug', message, server });
    return;
  }
  if (!errorLogger.wants('proxy', 'error', undefined)) return;
  const protocol = protocolNames[worker.parameters.hcMethod ?? 'NONE'] ?? 'HCOH';
  const message = connectComplaint(protocol, worker, address);
  const error = entryOf(connectErrors, failure);
  errorLogger.write({ module: 'proxy', level: 'error', message, error, server });
}

/** Whether an answer is a good one: by the condition, else by its status. */
function passes(server: ServerRecord, worker: Worker, outcome: CheckOutcome): boolean {
  if (outcome === 'alive') return true;
  if ('failure' in outcome) return false;
  const { hcExpr, hcMethod = 'GET' } = worker.parameters;
  const condition = hcExpr ? healthCheckConfig.at(server.config).conditions.get(hcExpr) : undefined;
  if (condition === undefined) return outcome.status >= 200 && outcome.status <= 399;
  return condition.expression.evaluate(answerRecord(server, hcMethod.replace('11', ''), outcome)) === true;
}
