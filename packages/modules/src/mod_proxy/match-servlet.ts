/** How a path with `mapping=servlet` matched. */
export interface ServletMatch {
  /** What goes to the back end behind its own path, with parameters and all. */
  readonly rest: string;
  /** The path as a servlet container reads it, without parameters. */
  readonly path: string;
}

interface Segment {
  readonly name: string;
  /** Where what goes on to the back end begins, if it begins with this segment. */
  readonly start: number;
}

/**
 * Matches a path as a servlet container reads it: parameters (`;x=1`) are passed over before `.` and `..` are
 * resolved, so that `/app/x/..;/admin` is `/app/admin`. httpd: modules/proxy/mod_proxy.c alias_match_servlet
 */
export function matchServlet(uri: string, alias: string): ServletMatch | undefined {
  const read = readSegments(uri);
  if (read === undefined) return undefined;
  const { segments, endsInSlash } = read;
  const wanted = alias.split('/').filter((name) => name !== '');
  if (wanted.some((name, i) => segments[i]?.name !== name)) return undefined;
  const first = segments[wanted.length];
  const isFolder = alias.endsWith('/');
  if (isFolder && first === undefined && !endsInSlash) return undefined;
  const slash = !isFolder && (first !== undefined || endsInSlash) ? '/' : '';
  return {
    rest: slash + (first === undefined ? '' : uri.slice(first.start)),
    path: `${segments.map(({ name }) => `/${name}`).join('')}${endsInSlash ? '/' : ''}`,
  };
}

/** Undefined for a path that leads above the root. */
function readSegments(uri: string): { segments: readonly Segment[]; endsInSlash: boolean } | undefined {
  const segments: Segment[] = [];
  let endsInSlash = true;
  // Behind the segment kept last; what was passed over since then goes on with the next, unless `..` took it back.
  let next: number | undefined = 1;
  for (let at = 1; at <= uri.length; ) {
    const slash = uri.indexOf('/', at);
    const end = slash < 0 ? uri.length : slash;
    const name = uri.slice(at, end).replace(/;.*$/s, '');
    endsInSlash = name === '' || name === '.' || name === '..';
    if (name === '..') {
      if (segments.pop() === undefined) return undefined;
      next = undefined;
    } else if (!endsInSlash) {
      segments.push({ name, start: next ?? at });
      next = end + 1;
    }
    at = end + 1;
  }
  return { segments, endsInSlash };
}
