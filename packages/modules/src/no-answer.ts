import type { Body, RequestRecord } from '@httpd-ts/kernel';

/**
 * The body where httpd drops what it was about to pass on, and notices nothing: a client that got nothing so far sees
 * the connection end.
 */
export function noAnswer({ connection }: RequestRecord, error: Error): Body {
  connection.keepalive = 'close';
  connection.abandon?.();
  return {
    kind: 'source',
    length: undefined,
    source: { pull: () => Promise.reject(error), abort() {} },
  };
}
