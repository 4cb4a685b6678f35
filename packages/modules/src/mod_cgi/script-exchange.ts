import { latin1Text } from '@httpd-ts/http1';
import {
  DONE,
  dieWithoutLength,
  emptyRequestBody,
  type HookStatus,
  internalRedirectOfHandler,
  OK,
  type PullSource,
  type RequestBody,
  type RequestRecord,
  type RunningScript,
  type Timer,
} from '@httpd-ts/kernel';
import { latin1Bytes } from '../body-source.ts';
import { takeScriptHeaders } from '../core/contract.ts';
import type { ErrorOutput, ScriptKind } from './script-kind.ts';
import { keptBodyBytes, logFailure } from './script-log.ts';

/** Held back for a client that is slower than the script, before the script is paused. */
const holdLimit = 64 * 1024;
/** A head that has no end by then has none. */
const headLimit = 1024 * 1024;
/** httpd: include/httpd.h MAX_STRING_LEN */
const longestLine = 8192;
const endOfHead = /(?:^|\n)\r*\n/;

/**
 * One run of a script: the request's body goes to its standard input, what it writes is the answer. It is the body of
 * the response too. httpd: modules/generators/mod_cgi.c cgi_handler, cgi_common.h cgi_handle_response
 */
export class ScriptExchange implements PullSource {
  private readonly request: RequestRecord;
  private readonly script: RunningScript;
  private readonly kind: ScriptKind;
  private readonly errors: ErrorOutput;
  private readonly timeoutMs: number;
  private errorsTimer: Timer | undefined = undefined;
  /** What the script wrote and nobody has taken yet. */
  private chunks: Uint8Array[] = [];
  private held = 0;
  private output: 'open' | 'ended' | 'timed out' | 'aborted' = 'open';
  private errorsEnded = false;
  private isPaused = false;
  private readsInput = true;
  /** The start of the request's body, kept for the script log. */
  private bodyStart = '';
  private onOutput: (() => void) | undefined = undefined;
  private onInputTaken: (() => void) | undefined = undefined;
  private onFull: (() => void) | undefined = undefined;

  constructor(request: RequestRecord, script: RunningScript, kind: ScriptKind) {
    this.request = request;
    this.script = script;
    this.kind = kind;
    this.errors = kind.errorOutput(request);
    this.timeoutMs = kind.timeoutMs(request);
    script.onStartError = (error) => kind.logStartFailure(request, error);
    script.onOutput = (bytes) => this.takeOutput(bytes);
    script.onOutputEnd = () => this.endOutput('ended');
    script.onErrors = (bytes) => this.errors.take(latin1Text(bytes, 0, bytes.length));
    script.onErrorsEnd = () => this.endErrors();
    script.onInputDrain = () => this.onInputTaken?.();
    script.onInputClose = () => this.closeInput();
    request.connection.onAbort = () => this.kill();
  }

  /** Passes the body on, then answers with what the script has to say. */
  async answer(isNph: boolean): Promise<HookStatus> {
    const failed = await this.sendBody();
    if (failed !== undefined) return failed;
    return isNph ? this.answerRaw() : this.answerByHead();
  }

  /**
   * The answer counts only once the script was given all of the body, unless it writes so much that it will not read
   * on before somebody takes it.
   */
  private sendBody(): HookStatus | undefined | Promise<HookStatus | undefined> {
    if (this.request.body.ended) {
      this.readsInput = false;
      this.script.endInput();
      return undefined;
    }
    const full = new Promise<undefined>((resolve) => {
      this.onFull = () => {
        this.keepBody();
        resolve(undefined);
      };
    });
    return Promise.race([this.copyBody(), full]);
  }

  /** What is left of the body is the script's: nobody else reads it before the answer begins. */
  private keepBody(): void {
    let request: RequestRecord | undefined = this.request;
    for (; request !== undefined; request = request.prev) request.body = emptyRequestBody;
  }

  private async copyBody(): Promise<HookStatus | undefined> {
    const { body } = this.request;
    const kept = keptBodyBytes(this.kind.scriptLog(this.request));
    try {
      for (let chunk = await body.pull(); chunk !== null; chunk = await body.pull()) {
        const wanted = Math.min(chunk.length, kept - this.bodyStart.length);
        if (wanted > 0) this.bodyStart += latin1Text(chunk, 0, wanted);
        if (this.readsInput && !this.script.write(new Uint8Array(chunk))) await this.inputTaken();
      }
    } catch {
      return this.failBody(body);
    }
    this.script.endInput();
    return undefined;
  }

  private inputTaken(): Promise<void> {
    if (!this.readsInput) return Promise.resolve();
    return new Promise((resolve) => {
      const { clock } = this.request.server.plan.world;
      const tooLong = clock.after(this.timeoutMs, () => {
        this.readsInput = false;
        this.logUnread('(70007)The timeout specified has expired');
        this.onInputTaken?.();
      });
      this.onInputTaken = () => {
        tooLong.cancel();
        this.onInputTaken = undefined;
        resolve();
      };
    });
  }

  /** The script reads no more; the rest of the body is read and forgotten. */
  private closeInput(): void {
    if (!this.readsInput) return;
    this.readsInput = false;
    if (this.output !== 'aborted') this.logUnread('(32)Broken pipe');
    this.onInputTaken?.();
  }

  private logUnread(error: string): void {
    const { filename } = this.request;
    this.log('error', `AH02651: Error writing request body to script ${filename}`, error);
  }

  private async failBody(body: RequestBody): Promise<HookStatus> {
    const { bodyFailed } = this.kind.numbers;
    const status = body.failure ?? 400;
    this.kill();
    if (status === 408) {
      this.log('error', `${bodyFailed}: Timeout during reading request entity data`);
      return 408;
    }
    const error = body.isCutOff
      ? '(70008)Partial results are valid but processing is incomplete'
      : '(-102)Unknown error -102';
    this.log('error', `${bodyFailed}: Error reading request entity data`, error);
    if (body.isCutOff) return status;
    await dieWithoutLength(status, this.request);
    return DONE;
  }

  private log(level: 'error' | 'warn', message: string, error?: string): void {
    this.request.log(this.kind.module, level, message, error);
  }

  private takeOutput(bytes: Uint8Array): void {
    if (this.output !== 'open') return;
    this.chunks.push(bytes);
    this.held += bytes.length;
    if (this.held > holdLimit && !this.isPaused) {
      this.isPaused = true;
      this.script.pause();
      this.onFull?.();
    }
    this.onOutput?.();
  }

  private goOn(): void {
    if (!this.isPaused || this.held > holdLimit) return;
    this.isPaused = false;
    this.script.resume();
  }

  private endOutput(state: 'ended' | 'timed out' | 'aborted'): void {
    if (this.output !== 'open') return;
    this.output = state;
    if (state === 'ended' && this.kind.waitsForErrors && !this.errorsEnded) this.expectErrors();
    else this.leave();
    this.onOutput?.();
  }

  /** The script goes on with standard error; after the time it has to end. */
  private expectErrors(): void {
    const { clock } = this.request.server.plan.world;
    this.errorsTimer = clock.after(this.timeoutMs, () => this.leave());
  }

  private endErrors(): void {
    this.errorsEnded = true;
    this.errors.end();
    if (this.output !== 'open') this.leave();
  }

  private leave(): void {
    this.errorsTimer?.cancel();
    this.request.connection.onAbort = undefined;
    this.script.end();
  }

  /** The client is gone, or the request came to another end. */
  private kill(): void {
    this.chunks = [];
    this.held = 0;
    this.endOutput('aborted');
    this.leave();
    this.closeInput();
  }

  /** Nobody reads the body. To a HEAD request the script may finish its work all the same. */
  abort(): void {
    if (!this.request.headerOnly) this.kill();
    else void this.restOfOutput(0);
  }

  /** The next piece of output; null when no more comes. */
  private next(): Uint8Array | null | Promise<Uint8Array | null> {
    const chunk = this.chunks.shift();
    if (chunk !== undefined) {
      this.held -= chunk.length;
      this.goOn();
      return chunk;
    }
    return this.output === 'open' ? this.waitForOutput().then(() => this.next()) : null;
  }

  private waitForOutput(): Promise<void> {
    return new Promise((resolve) => {
      const { clock } = this.request.server.plan.world;
      const tooLong = clock.after(this.timeoutMs, () => {
        this.kind.logTimeout(this.request);
        this.endOutput('timed out');
      });
      this.onOutput = () => {
        tooLong.cancel();
        this.onOutput = undefined;
        resolve();
      };
    });
  }

  pull(): Uint8Array | null | Promise<Uint8Array | null> {
    const chunk = this.next();
    if (chunk instanceof Promise) return chunk.then((later) => this.wholeOrCut(later));
    return this.wholeOrCut(chunk);
  }

  private wholeOrCut(chunk: Uint8Array | null): Uint8Array | null {
    // What a script says for itself has no end that could be missed.
    if (chunk === null && this.output !== 'ended' && !this.request.assBackwards)
      throw new Error('the script did not end its answer');
    return chunk;
  }

  private async answerByHead(): Promise<HookStatus> {
    const { request } = this;
    const head = await this.readHead();
    if (this.output === 'aborted') return DONE;
    if (this.output === 'timed out' && !endOfHead.test(head)) return this.failSilent();
    const { status, bodyStart, badLine } = takeScriptHeaders(request, head, this.kind.module);
    if (request.env('ap_trust_cgilike_cl') === undefined) request.headersOut.unset('Content-Length');
    request.headersOut.unset('Transfer-Encoding');
    const rest = head.slice(bodyStart);
    if (status !== OK) return this.fail(status, badLine ?? '', badLine === undefined ? '' : rest);
    const location = request.headersOut.get('Location');
    if (location !== undefined && request.status === 200) return this.redirect(location);
    this.hand(rest);
    return OK;
  }

  /** What the script wrote up to the end of its head at least, or to its own end. */
  private async readHead(): Promise<string> {
    let text = '';
    for (let chunk = await this.next(); chunk !== null; chunk = await this.next()) {
      text += latin1Text(chunk, 0, chunk.length);
      if (endOfHead.test(text) || text.length > headLimit) break;
      if (text.length - text.lastIndexOf('\n') > longestLine) break;
    }
    return text;
  }

  private failSilent(): HookStatus {
    const { request } = this;
    const { filename = '' } = request;
    const message = `Script timed out before returning headers: ${filename.slice(filename.lastIndexOf('/') + 1)}`;
    this.log('error', message);
    logFailure(this.kind.scriptLog(request), request, {
      status: 504,
      body: this.bodyStart,
      badLine: '',
      output: '',
    });
    return 504;
  }

  /** httpd: log_script */
  private async fail(status: HookStatus, badLine: string, start: string): Promise<HookStatus> {
    const { request } = this;
    const log = this.kind.scriptLog(request);
    const output = start + (await this.restOfOutput(log.writer === undefined ? 0 : headLimit));
    logFailure(log, request, { status, body: this.bodyStart, badLine, output });
    if (status === 304) {
      request.status = 304;
      request.output = { kind: 'text', text: '' };
      return OK;
    }
    request.statusLine = undefined;
    return status;
  }

  /** Reads to the end of the output and gives the start of it. httpd: discard_script_output */
  private async restOfOutput(limit: number): Promise<string> {
    let text = '';
    for (let chunk = await this.next(); chunk !== null; chunk = await this.next()) {
      if (text.length < limit) text += latin1Text(chunk, 0, chunk.length);
    }
    return text.slice(0, limit);
  }

  private async redirect(location: string): Promise<HookStatus> {
    const { request } = this;
    await this.restOfOutput(0);
    if (!location.startsWith('/')) return 302;
    request.statusLine = undefined;
    request.method = 'GET';
    request.headersIn.unset('Content-Length');
    await internalRedirectOfHandler(location, request);
    return DONE;
  }

  /** Gives the body to the request: as it is when all of it is here, else as a source. */
  private hand(start: string): void {
    const { request } = this;
    if (start !== '') {
      const bytes = latin1Bytes(start);
      this.chunks.unshift(bytes);
      this.held += bytes.length;
    }
    if (this.output === 'ended' && this.chunks.length <= 1 && !request.headerOnly) {
      request.output = { kind: 'bytes', bytes: this.chunks[0] ?? new Uint8Array(0) };
    } else request.output = { kind: 'source', source: this, length: undefined };
  }

  /** What the script writes goes to the client as it is, and ends the connection. */
  private answerRaw(): HookStatus {
    const { request } = this;
    request.assBackwards = true;
    request.headerOnly = false;
    request.outputFilters = undefined;
    request.connection.keepalive = 'close';
    request.output = { kind: 'source', source: this, length: undefined };
    return OK;
  }
}
