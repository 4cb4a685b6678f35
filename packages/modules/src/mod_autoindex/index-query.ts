import { escapeUri, unescapeUrl } from '@httpd-ts/kernel';
import type { IndexSettings, SortDirection, SortKey } from './config.ts';
import { INDEX } from './index-options.ts';

/** How one listing is sorted and shown. */
export interface IndexQuery {
  readonly options: number;
  readonly key: SortKey;
  readonly direction: SortDirection;
  /** Only names that match are shown. */
  readonly pattern: string | undefined;
  /** What links to other orders keep of the query. */
  readonly linkSuffix: string;
}

const argument = /^([COFV])=(.)(?:[&;]|$)/s;

/** Reads `?C=M;O=D` and its like; what follows something else is ignored. httpd: index_directory */
export function readIndexQuery(args: string | undefined, settings: IndexSettings): IndexQuery {
  let options = settings.options;
  let key = settings.sortKey ?? 'N';
  let direction = settings.sortDirection ?? 'A';
  let pattern: string | undefined;
  if ((options & INDEX.ignoreClient) !== 0) {
    return { options: options | INDEX.suppressColumnSorting, key, direction, pattern, linkSuffix: '' };
  }
  let format = '';
  let version = '';
  for (let rest = args ?? ''; rest !== ''; ) {
    const match = argument.exec(rest);
    const [whole, name, value] = match ?? ['', '', ''];
    if (name === 'C' && 'NMSD'.includes(value!)) key = value as SortKey;
    else if (name === 'O' && 'AD'.includes(value!)) direction = value as SortDirection;
    else if (name === 'F' && '012'.includes(value!)) {
      options = withFormat(options, value!);
      format = `;F=${value}`;
    } else if (name === 'V' && '01'.includes(value!)) {
      options = value === '0' ? options & ~INDEX.versionSort : options | INDEX.versionSort;
      version = `;V=${value}`;
    } else if (rest.startsWith('P=')) {
      const end = rest.search(/[&;]/);
      pattern = readPattern(rest.slice(2, end < 0 ? rest.length : end));
      rest = end < 0 ? '' : rest.slice(end + 1);
      continue;
    } else break;
    rest = rest.slice(whole.length);
  }
  const kept = pattern === undefined ? '' : `;P=${escapeUri(pattern)}`;
  return { options, key, direction, pattern, linkSuffix: format + version + kept };
}

function withFormat(options: number, format: string): number {
  if (format === '0') return options & ~(INDEX.fancyIndexing | INDEX.htmlTable);
  if (format === '1') return (options | INDEX.fancyIndexing) & ~INDEX.htmlTable;
  return options | INDEX.fancyIndexing | INDEX.htmlTable;
}

function readPattern(text: string): string | undefined {
  const { text: pattern, status } = unescapeUrl(text);
  return status !== undefined || pattern === '' ? undefined : pattern;
}
