import type { ProviderRegistry, RequestRecord } from '@httpd-ts/kernel';
import { entryOf } from '@httpd-ts/kernel';
import { type LogValue, logSpecifiers } from './contract.ts';
import type { LogMoment } from './log-moment.ts';

/** A compiled LogFormat: the line for a request, line end included. */
export interface LogFormat {
  /** `original` came in, `current` answered; they differ after internal redirects. */
  line(original: RequestRecord, current: RequestRecord, moment: LogMoment): string;
  /** Names of the specifiers in it. */
  readonly specifiers: ReadonlySet<string>;
}

/** One item as written. */
interface Item {
  readonly specifier: string;
  readonly argument: string;
  /** `<` and `>`; undefined leaves it to the specifier. */
  readonly original: boolean | undefined;
  readonly statuses: readonly number[];
  /** `!`: the statuses are those for which the item is left out. */
  readonly negated: boolean;
}

/** What a complete item turns into: text that goes before it and the value. */
type Part = string | ((original: RequestRecord, current: RequestRecord, moment: LogMoment) => string);

/** The format used where none is given. */
export const commonLogFormat = '%h %l %u %t "%r" %>s %b';

/** Compiles a format; a string is httpd's complaint. httpd: modules/loggers/mod_log_config.c parse_log_string */
export function compileLogFormat(format: string, providers: ProviderRegistry): LogFormat | string {
  const parts: Part[] = [];
  const specifiers = new Set<string>();
  let at = 0;
  while (at < format.length) {
    if (format[at] !== '%') {
      const percent = format.indexOf('%', at);
      const end = percent < 0 ? format.length : percent;
      parts.push(unescapeText(format.slice(at, end)));
      at = end;
      continue;
    }
    if (format[at + 1] === '%') {
      parts.push('%');
      at += 2;
      continue;
    }
    const read = readItem(format, at + 1, providers);
    if (typeof read === 'string') return read;
    specifiers.add(read.item.specifier);
    parts.push(compileItem(read.item, providers));
    at = read.end;
  }
  return { specifiers, line: joinParts([...parts, '\n']) };
}

const escapes: Readonly<Record<string, string>> = { '\\\\': '\\', '\\n': '\n', '\\r': '\r', '\\t': '\t' };

const unescapeText = (text: string) => text.replace(/\\[\\nrt]/g, (written) => entryOf(escapes, written)!);

function readItem(
  format: string,
  start: number,
  providers: ProviderRegistry,
): { readonly item: Item; readonly end: number } | string {
  let at = start;
  let argument = '';
  let original: boolean | undefined;
  let negated = false;
  const statuses: number[] = [];
  for (let char = format[at]; char !== undefined; char = format[at]) {
    if (char === '!') negated = !negated;
    else if (char === '<') original = true;
    else if (char === '>') original = false;
    else if (char === '{') {
      const close = format.indexOf('}', at);
      const end = close < 0 ? format.length : close;
      argument = format.slice(at + 1, end);
      at = end;
    } else if (char >= '0' && char <= '9') {
      const digits = /^\d+/.exec(format.slice(at))![0];
      statuses.push(Number(digits));
      at += digits.length - 1;
    } else if (char !== ',') {
      const specifier = specifierAt(format, at, providers);
      if (specifier === undefined) return `Unrecognized LogFormat directive %${char}`;
      return { item: { specifier, argument, original, statuses, negated }, end: at + specifier.length };
    }
    at++;
  }
  return 'Ran off end of LogFormat parsing args to some directive';
}

function specifierAt(format: string, at: number, providers: ProviderRegistry): string | undefined {
  const long = format[at] === '^' ? format.slice(at, at + 3) : '';
  const names = [long, format[at]!];
  return names.find((name) => name !== '' && providers.find(logSpecifiers, name) !== undefined);
}

/** httpd: modules/loggers/mod_log_config.c process_item */
function compileItem(item: Item, providers: ProviderRegistry): Part {
  const specifier = providers.find(logSpecifiers, item.specifier)!;
  const value = specifier.compile(item.argument);
  const ofOriginal = item.original ?? specifier.ofOriginal;
  const plain = ofOriginal ? originalValue(value) : currentValue(value);
  if (item.statuses.length === 0) return plain;
  const { statuses, negated } = item;
  return (original, current, moment) =>
    statuses.includes(current.status) === negated ? '-' : plain(original, current, moment);
}

const originalValue =
  (value: LogValue) =>
  (original: RequestRecord, _current: RequestRecord, moment: LogMoment): string =>
    value(original, moment) ?? '-';

const currentValue =
  (value: LogValue) =>
  (_original: RequestRecord, current: RequestRecord, moment: LogMoment): string =>
    value(current, moment) ?? '-';

/** Texts between the values are joined beforehand: one value and one text a step. */
function joinParts(parts: readonly Part[]): LogFormat['line'] {
  let head = '';
  const values: Exclude<Part, string>[] = [];
  const texts: string[] = [];
  for (const part of parts) {
    if (typeof part !== 'string') {
      values.push(part);
      texts.push('');
    } else if (values.length === 0) head += part;
    else texts[texts.length - 1] += part;
  }
  return (original, current, moment) => {
    let line = head;
    for (let i = 0; i < values.length; i++) line += values[i]!(original, current, moment) + texts[i]!;
    return line;
  };
}
