import { connect } from 'node:net';
import type { Conversation } from './conversations.ts';

/** What one server did with a conversation. */
export interface Outcome {
  /** All bytes that came back. */
  readonly answer: string;
  /** `closed`, `reset`, or `open` when the server left the connection open and silent. */
  readonly end: string;
  /** The client's port, which the access log repeats. */
  readonly port: number;
}

const quietMs = 40;
const limitMs = 6000;

/** Sends a conversation, from a port of its own if one is given, and waits until the server closes the connection. */
export function sendConversation(
  conversation: Conversation,
  port: number,
  localPort?: number,
): Promise<Outcome> {
  return new Promise((resolve) => {
    const own = localPort === undefined ? {} : { localPort };
    const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true, ...own });
    let answer = '';
    let local = 0;
    let next = 0;
    let timer: NodeJS.Timeout | undefined;
    const sendNext = () => {
      const part = conversation.parts[next++];
      if (part === undefined) return;
      socket.write(part, 'latin1');
      if (next < conversation.parts.length) timer = setTimeout(sendNext, quietMs);
      else if (conversation.halfClose) socket.end();
    };
    const finish = (end: string) => {
      clearTimeout(timer);
      clearTimeout(limit);
      socket.destroy();
      resolve({ answer, end, port: local });
    };
    const limit = setTimeout(() => finish('open'), limitMs);
    socket.on('connect', () => {
      local = socket.localPort ?? 0;
      sendNext();
    });
    socket.on('data', (chunk) => {
      answer += chunk.toString('latin1');
    });
    socket.on('end', () => finish('closed'));
    socket.on('error', (error) => finish('code' in error ? `error ${String(error.code)}` : 'error'));
  });
}
