/** Most text that waits, and how long it may. */
const batchBytes = 64 * 1024;
const batchMs = 200;

/** Gathers the lines of a log and passes them on in batches. */
export class LogBatch {
  private text = '';
  private timer: NodeJS.Timeout | undefined = undefined;
  private readonly send: (text: string) => void;

  constructor(send: (text: string) => void) {
    this.send = send;
  }

  write(text: string): void {
    this.text += text;
    if (this.text.length >= batchBytes) this.flush();
    else this.timer ??= setTimeout(() => this.flush(), batchMs).unref();
  }

  flush(): void {
    if (this.timer !== undefined) clearTimeout(this.timer);
    this.timer = undefined;
    const { text } = this;
    this.text = '';
    if (text !== '') this.send(text);
  }
}
