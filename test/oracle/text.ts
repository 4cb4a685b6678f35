/** A piece of what is sent: bytes as they stand, a pause, or what an earlier answer asks for: a cookie, a login. */
export type Part =
  | { readonly kind: 'bytes'; readonly bytes: string }
  | { readonly kind: 'pause'; readonly ms: number }
  | { readonly kind: 'cookie'; readonly name: string }
  | { readonly kind: 'digest'; readonly words: readonly string[] };

const escapePattern = /\\(?:\{([^}]*)\}|x([0-9a-fA-F]{2})|([rnt0\\]))/g;
const simpleEscapes: Readonly<Record<string, string>> = { r: '\r', n: '\n', t: '\t', '0': '\0', '\\': '\\' };

/** Turns escapes into parts: `\r \n \t \0 \\ \xHH`, `\{TEXT*COUNT}`, `\{pause MS}`, `\{cookie NAME}`, `\{digest WORDS}`. */
export function expandText(text: string): readonly Part[] {
  const parts: Part[] = [];
  let bytes = '';
  let end = 0;
  for (const match of text.matchAll(escapePattern)) {
    bytes += text.slice(end, match.index);
    end = match.index + match[0].length;
    const part = escapeValue(match);
    if (typeof part === 'string') {
      bytes += part;
    } else {
      parts.push({ kind: 'bytes', bytes }, part);
      bytes = '';
    }
  }
  parts.push({ kind: 'bytes', bytes: bytes + text.slice(end) });
  return parts.filter((part) => part.kind !== 'bytes' || part.bytes !== '');
}

function escapeValue([whole, command, hex, simple]: RegExpExecArray): string | Part {
  if (hex !== undefined) return String.fromCharCode(Number.parseInt(hex, 16));
  if (simple !== undefined) return simpleEscapes[simple] ?? '';
  const repeat = /^(.+)\*(\d+)$/s.exec(command ?? '');
  if (repeat) return expandBytes(repeat[1] ?? '').repeat(Number(repeat[2]));
  const [word, argument = '', ...more] = (command ?? '').split(' ');
  if (word === 'pause') return { kind: 'pause', ms: Number(argument) };
  if (word === 'cookie') return { kind: 'cookie', name: argument };
  if (word === 'digest') return { kind: 'digest', words: [argument, ...more] };
  throw new Error(`unknown escape ${whole}`);
}

/** Expands escapes in text that may hold bytes only. */
export function expandBytes(text: string): string {
  return expandText(text)
    .map((part) => {
      if (part.kind !== 'bytes') throw new Error(`a ${part.kind} cannot stand here: ${text}`);
      return part.bytes;
    })
    .join('');
}
