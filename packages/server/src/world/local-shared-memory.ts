import type { SharedMemory } from '@httpd-ts/kernel';

/** Shared memory for a server of one thread. */
export function localSharedMemory(): SharedMemory {
  const regions = new Map<string, SharedArrayBuffer>();
  return {
    thread: 0,
    threads: 1,
    region(name, byteLength) {
      const key = `${name}|${byteLength}`;
      let region = regions.get(key);
      if (region === undefined) {
        region = new SharedArrayBuffer(byteLength);
        regions.set(key, region);
      }
      return region;
    },
    exclusively: (_name, critical) => critical(),
  };
}
