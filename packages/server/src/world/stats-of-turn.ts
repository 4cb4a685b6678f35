import type { FileError, FileInfo, Files } from '@httpd-ts/kernel';

/**
 * Files whose `stat` asks the system about a path once in a turn of the event loop. What came in together is answered
 * by one look: no request of a turn was sent after its client had heard of a change that the look does not show, since
 * no answer reaches a client and comes back as a request within the turn.
 */
export function statOncePerTurn(files: Files): Files {
  const known = new Map<string, FileInfo | FileError>();
  const forget = () => known.clear();
  return {
    ...files,
    stat(path) {
      const before = known.get(path);
      if (before !== undefined) return before;
      const info = files.stat(path);
      // Runs as soon as everything that has come in is read.
      if (known.size === 0) setImmediate(forget);
      known.set(path, info);
      return info;
    },
    replace(path, text, mode) {
      forget();
      return files.replace(path, text, mode);
    },
  };
}
