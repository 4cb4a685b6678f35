import { latin1Text } from '@httpd-ts/http1';
import type { PullSource, RequestRecord, RunningScript } from '@httpd-ts/kernel';
import type { ScriptKind } from './script-kind.ts';

/** Held back for a client that is slower than the command, before it is paused. */
const holdLimit = 64 * 1024;

/** What a command writes, up to where it is silent for too long. */
export function commandOutput(request: RequestRecord, script: RunningScript, kind: ScriptKind): PullSource {
  const { clock } = request.server.plan.world;
  const errors = kind.errorOutput(request);
  const timeoutMs = kind.timeoutMs(request);
  const chunks: Uint8Array[] = [];
  let held = 0;
  let hasEnded = false;
  let isPaused = false;
  let wake: (() => void) | undefined;

  script.onStartError = (error) => kind.logStartFailure(request, error);
  script.onOutput = (bytes) => {
    chunks.push(bytes);
    held += bytes.length;
    if (held > holdLimit && !isPaused) {
      isPaused = true;
      script.pause();
    }
    wake?.();
  };
  script.onOutputEnd = () => {
    hasEnded = true;
    wake?.();
  };
  script.onErrors = (bytes) => errors.take(latin1Text(bytes, 0, bytes.length));
  script.onErrorsEnd = () => errors.end();
  script.onInputDrain = () => {};
  script.onInputClose = () => {};
  script.endInput();

  const end = () => {
    hasEnded = true;
    script.end();
  };
  const wait = () =>
    new Promise<void>((resolve) => {
      const tooLong = clock.after(timeoutMs, () => {
        kind.logTimeout(request);
        end();
        wake?.();
      });
      wake = () => {
        tooLong.cancel();
        wake = undefined;
        resolve();
      };
    });

  return {
    async pull() {
      for (;;) {
        const chunk = chunks.shift();
        if (chunk !== undefined) {
          held -= chunk.length;
          if (isPaused && held <= holdLimit) {
            isPaused = false;
            script.resume();
          }
          return chunk;
        }
        if (hasEnded) return null;
        await wait();
      }
    },
    abort() {
      end();
      wake?.();
    },
  };
}
