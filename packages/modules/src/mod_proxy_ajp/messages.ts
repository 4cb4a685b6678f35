/** Kinds of messages. httpd: modules/proxy/ajp.h CMD_AJP13_* */
export const MESSAGE = {
  forwardRequest: 2,
  sendBodyChunk: 3,
  sendHeaders: 4,
  endResponse: 5,
  getBodyChunk: 6,
  cpong: 9,
  cping: 10,
} as const;

export const messageHeaderLength = 4;
/** What a message may measure unless ProxyIOBufferSize or `iobuffersize=` says more. httpd: AJP_MSG_BUFFER_SZ, AJP_MAX_BUFFER_SZ */
const usualSize = 8192;
const largestSize = 65_536;
/** Head of a message with a piece of body. httpd: AJP_HEADER_SZ */
const bodyHeaderLength = 6;

/** The size of messages for a configured buffer size. */
export function messageSize(configured: number | undefined): number {
  const size = Math.min(Math.max(configured ?? usualSize, usualSize), largestSize);
  return Math.ceil(size / 1024) * 1024;
}

/** How much of a body goes into one message. */
export const bodyPieceSize = (size: number) => Math.min(size, largestSize - 1) - bodyHeaderLength;

export const integer16 = (value: number) => String.fromCharCode((value >> 8) & 255, value & 255);

/** A text with its length before and a zero behind it; 0xFFFF stands for no text. */
export const ajpString = (text: string | undefined) =>
  text === undefined ? '\xff\xff' : `${integer16(text.length)}${text}\0`;

/** A message to the back end, as latin1 text. */
export const toBackend = (content: string) => `\x12\x34${integer16(content.length)}${content}`;

/** The head of a message that carries so many bytes of body. */
export const bodyMessageHead = (length: number) => `\x12\x34${integer16(length + 2)}${integer16(length)}`;

/** The message that ends a body. */
export const emptyBodyMessage = bodyMessageHead(0);
export const cping = toBackend('\x0a');

/** Reads the fields of a message, one after the other; undefined, and a complaint, when there is none left. */
export class MessageReader {
  private readonly text: string;
  private readonly complain: (message: string) => void;
  private at = 0;

  /** `text` is what follows the type of the message. */
  constructor(text: string, complain: (message: string) => void) {
    this.text = text;
    this.complain = complain;
  }

  /** httpd counts the head of the message and its type, too. */
  private overflow(reader: string): undefined {
    const before = messageHeaderLength + 1;
    this.complain(
      `AH03229: ${reader}(): BufferOverflowException ${before + this.at} ${before + this.text.length}`,
    );
  }

  byte(): number | undefined {
    return this.at < this.text.length ? this.text.charCodeAt(this.at++) : this.overflow('ajp_msg_get_uint8');
  }

  integer(): number | undefined {
    const value = this.peekInteger('ajp_msg_get_uint16');
    if (value !== undefined) this.at += 2;
    return value;
  }

  peekInteger(reader = 'ajp_msg_peek_uint16'): number | undefined {
    if (this.at + 2 > this.text.length) return this.overflow(reader);
    return this.text.charCodeAt(this.at) * 256 + this.text.charCodeAt(this.at + 1);
  }

  string(): string | undefined {
    const length = this.integer();
    if (length === undefined) return undefined;
    if (length === 0xffff || this.at + length + 1 > this.text.length)
      return this.overflow('ajp_msg_get_string');
    const start = this.at;
    this.at = start + length + 1;
    const end = this.text.indexOf('\0', start);
    return this.text.slice(start, end < 0 ? start + length : Math.min(end, start + length));
  }
}
