import type { Clock, Stream } from '@httpd-ts/kernel';

/** How a tunnel came to its end. */
export type TunnelEnd = 'ended' | 'broken' | 'timeout';

/**
 * Passes bytes between two streams, each way at the pace of the slower side. The end of one side is passed on, and the
 * other may go on until it ends too. httpd: modules/proxy/proxy_util.c ap_proxy_tunnel_run
 */
export function runTunnel(
  client: Stream,
  backend: Stream,
  options: {
    readonly clock: Clock;
    /** How long both sides may be silent; undefined is for ever. */
    readonly idleTimeoutMs?: number | undefined;
    readonly onRead?: (bytes: number) => void;
    readonly onWritten?: (bytes: number) => void;
  },
): Promise<TunnelEnd> {
  const { clock, idleTimeoutMs } = options;
  return new Promise((resolve) => {
    let lastMs = clock.monotonic();
    // Asking for the time costs something for each piece, and is for the time-out only.
    const touch =
      idleTimeoutMs === undefined
        ? () => {}
        : () => {
            lastMs = clock.monotonic();
          };
    let isOver = false;
    let sidesEnded = 0;
    const finish = (end: TunnelEnd) => {
      if (isOver) return;
      isOver = true;
      watch?.cancel();
      // What was written still goes out; a side that broke or was too slow takes the other with it.
      if (end === 'ended') for (const side of [client, backend]) side.end();
      else for (const side of [client, backend]) side.destroy();
      resolve(end);
    };
    const connect = (from: Stream, to: Stream, count: ((bytes: number) => void) | undefined) => {
      let kept: Uint8Array[] | undefined;
      const giveBack = () => {
        for (const bytes of kept!) from.giveBack(bytes);
        kept = undefined;
      };
      from.onData = (bytes) => {
        touch();
        count?.(bytes.length);
        if (kept !== undefined && to.pending === 0) giveBack();
        const isFlowing = to.write(bytes);
        // The bytes have left, or their memory must not be used again before they have.
        if (to.pending > 0) {
          from.keep();
          kept ??= [];
          kept.push(bytes);
        }
        if (!isFlowing) from.pause();
      };
      to.onDrain = () => {
        touch();
        if (kept !== undefined && to.pending === 0) giveBack();
        from.resume();
      };
      from.onEnd = () => {
        touch();
        to.end();
        sidesEnded++;
        if (sidesEnded === 2) finish('ended');
      };
      from.onClose = (error) => finish(error === undefined && sidesEnded === 2 ? 'ended' : 'broken');
    };
    connect(client, backend, options.onWritten);
    connect(backend, client, options.onRead);
    const look = () => {
      const silentMs = clock.monotonic() - lastMs;
      if (silentMs >= idleTimeoutMs!) finish('timeout');
      else watch = clock.after(idleTimeoutMs! - silentMs, look);
    };
    let watch = idleTimeoutMs === undefined ? undefined : clock.after(idleTimeoutMs, look);
  });
}
