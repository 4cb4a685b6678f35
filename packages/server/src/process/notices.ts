import type { LogLevel, ServedPlan } from '@httpd-ts/kernel';

interface MpmWords {
  readonly configured: string;
  readonly stopping: string;
  readonly stoppingGracefully: string;
  readonly restarting: string;
  readonly restartingGracefully: string;
}

const usual = {
  configured: 'configured -- resuming normal operations',
  stopping: 'caught SIGTERM, shutting down',
  stoppingGracefully: 'caught SIGWINCH, shutting down gracefully',
  restarting: 'SIGHUP received.  Attempting to restart',
  restartingGracefully: 'SIGUSR1 received.  Doing graceful restart',
};

/** What each MPM writes into the error log, by the tags it has for it. */
const words: Readonly<Record<'event' | 'worker' | 'prefork', MpmWords>> = {
  event: {
    configured: `AH00489: %s ${usual.configured}`,
    stopping: `AH00491: ${usual.stopping}`,
    stoppingGracefully: `AH00492: ${usual.stoppingGracefully}`,
    restarting: `AH00494: ${usual.restarting}`,
    restartingGracefully: `AH00493: ${usual.restartingGracefully}`,
  },
  worker: {
    configured: `AH00292: %s ${usual.configured}`,
    stopping: `AH00295: ${usual.stopping}`,
    stoppingGracefully: `AH00296: ${usual.stoppingGracefully}`,
    restarting: `AH00298: ${usual.restarting}`,
    restartingGracefully: `AH00297: ${usual.restartingGracefully}`,
  },
  prefork: {
    configured: `AH00163: %s ${usual.configured}`,
    stopping: `AH00169: ${usual.stopping}`,
    stoppingGracefully: `AH00170: ${usual.stoppingGracefully}`,
    restarting: `AH00173: ${usual.restarting}`,
    restartingGracefully: 'AH00171: Graceful restart requested, doing restart',
  },
};

/** Writes a line of the server's own into the error log of the main server. */
export function logNotice(
  plan: ServedPlan,
  module: string,
  level: LogLevel,
  message: string,
  error?: string,
): void {
  const { errorLogger } = plan.mainServer;
  if (!errorLogger.wants(module, level, undefined)) return;
  errorLogger.write({
    module,
    level,
    message,
    server: plan.mainServer,
    ...(error === undefined ? {} : { error }),
  });
}

/** Writes what the configured MPM says when it starts, stops or restarts. */
export function logMpmNotice(plan: ServedPlan, what: keyof MpmWords): void {
  const mpm = plan.process.mpm ?? 'event';
  const description = `Apache/2.4.71 (${plan.world.system.platform})`;
  logNotice(plan, `mpm_${mpm}`, 'notice', words[isMpm(mpm) ? mpm : 'event'][what].replace('%s', description));
}

function isMpm(name: string): name is keyof typeof words {
  return Object.hasOwn(words, name);
}
