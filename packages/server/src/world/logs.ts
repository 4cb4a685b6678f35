import * as fs from 'node:fs';
import type { Logs, LogWriter } from '@httpd-ts/kernel';
import { entryOf } from '@httpd-ts/kernel';
import { LogBatch } from './log-batch.ts';
import { checkLogProgram, type ProgramOutput, pipedLog } from './piped-log.ts';

/** One opened log that bytes are appended to. */
export interface LogSink {
  write(bytes: string | Uint8Array): void;
  close(): void;
}

/** A log that could not be opened; `error` in httpd's form, such as `(13)Permission denied`. */
export interface LogFailure {
  readonly target: string;
  readonly error: string;
}

/** Logs that this process opens itself. */
export interface OpenedLogs extends Logs {
  /** Targets in the order they were first opened, and what could not be opened since `beginGeneration`. */
  readonly targets: readonly string[];
  readonly failures: readonly LogFailure[];
  /** Appends what a worker thread has sent for the target of this number. */
  append(index: number, bytes: Uint8Array): void;
  /** Appends to the main server's error log, or to standard error while there is none. */
  writeError(bytes: Uint8Array): void;
  /** Opens every log anew; those that the next configuration does not open are closed by `endGeneration`. */
  beginGeneration(): void;
  endGeneration(): void;
  /** Undoes a generation that is not to be. */
  abandonGeneration(): void;
  flush(): void;
  close(): void;
}

interface Log {
  readonly target: string;
  sink: LogSink | undefined;
  /** The sink of the generation in force, while the next one is prepared. */
  previous: LogSink | undefined;
  generation: number;
  readonly batch: LogBatch;
}

const systemErrors: Readonly<Record<string, string>> = {
  ENOENT: '(2)No such file or directory',
  EACCES: '(13)Permission denied',
  EISDIR: '(21)Is a directory',
  ENOTDIR: '(20)Not a directory',
  EROFS: '(30)Read-only file system',
};

/** How long a log stays open that is not in the configuration any more. */
const lingerMs = 60_000;

function closeLog(log: Log): void {
  log.batch.flush();
  log.sink?.close();
  log.sink = undefined;
}

/** A system error as httpd prints it. */
export function systemErrorText(error: unknown): string {
  const { code = '', errno = 0, message } = error as NodeJS.ErrnoException;
  return entryOf(systemErrors, code) ?? `(${Math.abs(errno)})${message}`;
}

/** Opens logs in this process: files for appending, programs fed through a pipe, whose own output goes to `output`. */
export function openedLogs(output: ProgramOutput['output'] = 'inherit'): OpenedLogs {
  const byTarget = new Map<string, Log>();
  const logs: Log[] = [];
  let failures: LogFailure[] = [];
  let generation = 0;
  /** The first that is written unbuffered. */
  let errorLog: Log | undefined;

  const sinkOf = (target: string): LogSink | undefined => {
    try {
      return openSink(target, { output, errors: writeError });
    } catch (error) {
      failures.push({ target, error: systemErrorText(error) });
      return undefined;
    }
  };

  const logOf = (target: string): Log => {
    let log = byTarget.get(target);
    if (log === undefined) {
      const made: Log = {
        target,
        sink: undefined,
        previous: undefined,
        generation: -1,
        batch: new LogBatch((text) => made.sink?.write(text)),
      };
      log = made;
      byTarget.set(target, log);
      logs.push(log);
    }
    if (log.generation === generation) return log;
    log.batch.flush();
    log.previous = log.sink;
    log.generation = generation;
    log.sink = sinkOf(target);
    return log;
  };

  /** The program of an error log that says something is not to hear of it. */
  const writeError = (bytes: Uint8Array): void => {
    if (errorLog?.sink === undefined || errorLog.target.startsWith('|')) writeAll(2, bytes);
    else errorLog.sink.write(bytes);
  };

  const flush = () => {
    for (const log of logs) log.batch.flush();
  };

  return {
    standardError: { write: (text) => writeAll(2, text) },
    open(target, options): LogWriter {
      const log = logOf(target);
      if (options?.unbuffered !== true) return log.batch;
      errorLog ??= log;
      return {
        write(text) {
          log.batch.flush();
          log.sink?.write(text);
        },
      };
    },
    get targets() {
      return logs.map(({ target }) => target);
    },
    get failures() {
      return failures;
    },
    append: (index, bytes) => logs[index]?.sink?.write(bytes),
    writeError,
    beginGeneration() {
      flush();
      generation++;
      failures = [];
      errorLog = undefined;
    },
    endGeneration() {
      for (const log of logs) {
        log.previous?.close();
        log.previous = undefined;
      }
      // Requests in flight may still write to a log that the configuration has no more.
      const closed = generation;
      setTimeout(() => {
        for (const log of logs) if (log.generation < closed) closeLog(log);
      }, lingerMs).unref();
    },
    abandonGeneration() {
      errorLog = undefined;
      generation--;
      for (const log of logs) {
        if (log.generation !== generation + 1) continue;
        log.sink?.close();
        log.sink = log.previous;
        log.previous = undefined;
        log.generation = log.sink === undefined ? -1 : generation;
      }
    },
    flush,
    close() {
      for (const log of logs) closeLog(log);
    },
  };
}

function openSink(target: string, output: ProgramOutput): LogSink {
  if (target.startsWith('|')) {
    checkLogProgram(target);
    return pipedLog(target, output);
  }
  if (/^syslog(?::|$)/i.test(target)) return pipedLog(syslogProgram(target), output);
  return fileSink(target);
}

/** Node has no datagram sockets of the local kind, so syslog is reached through its own program. */
function syslogProgram(target: string): string {
  const [, facility = '', tag = ''] = target.split(':');
  const safe = (word: string) => word.replace(/[^\w.-]/g, '');
  return `|logger -p ${safe(facility) || 'local7'}.notice -t ${safe(tag) || 'httpd'}`;
}

function fileSink(path: string): LogSink {
  const descriptor = fs.openSync(Buffer.from(path, 'latin1'), 'a', 0o644);
  return {
    write: (bytes) => writeAll(descriptor, bytes),
    close: () => fs.closeSync(descriptor),
  };
}

/** Writes everything, whatever the descriptor takes at a time; gives up where it takes nothing. */
export function writeAll(descriptor: number, data: string | Uint8Array): void {
  const bytes = typeof data === 'string' ? Buffer.from(data, 'latin1') : data;
  let at = 0;
  for (let attempts = 0; at < bytes.length && attempts < 1000; ) {
    try {
      at += fs.writeSync(descriptor, bytes, at, bytes.length - at);
      attempts = 0;
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code !== 'EAGAIN' && code !== 'EINTR') return;
      attempts++;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1);
    }
  }
}
