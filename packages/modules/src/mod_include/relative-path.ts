import { longestPath } from '@httpd-ts/kernel';

/**
 * A path below a directory without `.` and `..`; undefined when it is absolute or leads out of it.
 * httpd: apr_filepath_merge with APR_FILEPATH_SECUREROOTTEST and APR_FILEPATH_NOTABSOLUTE
 */
export function relativePath(path: string): string | undefined {
  if (path.startsWith('/')) return undefined;
  const kept: string[] = [];
  const segments = path.split('/');
  for (const segment of segments) {
    if (segment === '..') {
      if (kept.pop() === undefined) return undefined;
    } else if (segment !== '' && segment !== '.') kept.push(segment);
  }
  const isDirectory = kept.length > 0 && ['', '.', '..'].includes(segments.at(-1)!);
  const merged = kept.join('/') + (isDirectory ? '/' : '');
  return merged.length > longestPath ? undefined : merged;
}
