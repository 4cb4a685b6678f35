/** Tells a person who waits how far a long check has come. */
export interface Progress {
  step(): void;
  /** Removes what was shown. */
  done(): void;
}

const quietForMs = 400;
const everyMs = 100;

/** Shows a count of files on a terminal once a check takes its time; nothing anywhere else. */
export function showProgress(
  isTerminal: boolean,
  write: (text: string) => void,
  now: () => number = () => performance.now(),
): Progress {
  if (!isTerminal) return { step: () => {}, done: () => {} };
  const started = now();
  let files = 0;
  let shownAt: number | undefined;
  return {
    step() {
      files++;
      const time = now();
      if (time - started < quietForMs || (shownAt !== undefined && time - shownAt < everyMs)) return;
      shownAt = time;
      write(`\rchecking: ${files} files`);
    },
    done() {
      if (shownAt !== undefined) write('\r\x1b[K');
    },
  };
}
