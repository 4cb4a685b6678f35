import type { FileInfo } from './world.ts';

/** What tells whether a file is still what it was. */
export type FileState = Pick<FileInfo, 'mtimeMs' | 'changedMs' | 'size' | 'inode' | 'device'>;

/** Whether nothing was written to a file between two looks at it, nor another put in its place. */
export function isSameState(one: FileState, other: FileState): boolean {
  return (
    one.mtimeMs === other.mtimeMs &&
    one.changedMs === other.changedMs &&
    one.size === other.size &&
    one.inode === other.inode &&
    one.device === other.device
  );
}

/** The clock of file systems goes in steps of up to so many milliseconds. */
const stepMs = 20;

/**
 * Whether a next change will show. A file that was changed just now may be changed once more at what its file system
 * takes for the same time, so what was read of it must not be kept.
 */
export function changesWillShow({ changedMs }: FileState, nowMs: number): boolean {
  return nowMs - changedMs > stepMs || nowMs < changedMs;
}
