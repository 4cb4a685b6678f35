import type { Bytes } from '@httpd-ts/kernel';
import type { BackendConnection, ConnectionUser } from '../mod_proxy/contract.ts';

/** What a server answered to a command; -1 stands for no answer. */
export interface Reply {
  readonly code: number;
  /** The first line, without the code. */
  readonly message: string;
}

/** httpd: MAX_LINE_LEN, less the end of the text */
const longestLine = 79;
const noReply: Reply = { code: -1, message: '<unable to read result>' };

/** The connection over which commands go. httpd: proxy_ftp_command, ftp_getrc_msg */
export class ControlConnection implements ConnectionUser {
  private readonly connection: BackendConnection;
  private readonly timeoutMs: number;
  private text = '';
  private isOver = false;
  private readonly replies: Reply[] = [];
  private taker: ((reply: Reply) => void) | undefined = undefined;

  constructor(connection: BackendConnection, timeoutMs: number) {
    this.connection = connection;
    this.timeoutMs = timeoutMs;
    connection.exchange = this;
  }

  /** Sends a command and gives the answer; without one, the next answer. */
  command(text?: string): Promise<Reply> {
    if (text !== undefined && !this.isOver) this.connection.stream.write(`${text}\r\n`);
    const ready = this.replies.shift();
    if (ready !== undefined) return Promise.resolve(ready);
    if (this.isOver) return Promise.resolve(noReply);
    this.connection.expectData(this.timeoutMs);
    return new Promise((resolve) => {
      this.taker = resolve;
    });
  }

  /** Address of the server, where data connections go, too. */
  get remoteAddress(): string {
    return this.connection.stream.remoteAddress;
  }

  get localAddress(): string {
    return this.connection.stream.localAddress;
  }

  get localPort(): number {
    return this.connection.stream.localPort;
  }

  close(): void {
    this.connection.exchange = undefined;
    this.connection.destroy();
    // Whoever waits for an answer gets none.
    this.onEnd();
  }

  onData(bytes: Bytes): void {
    this.text += bytes.latin1Slice();
    for (;;) {
      const end = this.endOfReply();
      if (end < 0) return;
      const whole = this.text.slice(0, end);
      this.text = this.text.slice(end);
      this.give(readReply(whole));
    }
  }

  /** Behind the last line of an answer: the first one unless that ends in `-`. */
  private endOfReply(): number {
    const first = this.text.indexOf('\n');
    if (first < 0 || this.text[3] !== '-') return first + 1 || -1;
    const last = `${this.text.slice(0, 3)} `;
    for (let at = first + 1; at < this.text.length; ) {
      const end = this.text.indexOf('\n', at);
      if (end < 0) return -1;
      if (this.text.startsWith(last, at)) return end + 1;
      at = end + 1;
    }
    return -1;
  }

  private give(reply: Reply): void {
    const { taker } = this;
    this.taker = undefined;
    this.connection.expectNothing();
    if (taker === undefined) this.replies.push(reply);
    else taker(reply);
  }

  onEnd(): void {
    this.isOver = true;
    this.taker?.(noReply);
    this.taker = undefined;
  }

  onFailure(): void {
    this.onEnd();
  }

  onDrain(): void {}
}

function readReply(text: string): Reply {
  const line = text.slice(0, text.indexOf('\n')).slice(0, longestLine).replace(/\r$/, '');
  if (line.length < 3) return noReply;
  const code = /^\d{3}[ -]/.test(line) ? Number(line.slice(0, 3)) : 0;
  return { code, message: code === 421 ? noReply.message : line.slice(4) };
}
