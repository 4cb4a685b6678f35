import type { RewriteContext } from './rewrite-context.ts';
import { rewriteLog } from './rewrite-context.ts';
import { type Variable, variable } from './variables.ts';

/** A part of a test string or substitution. */
type Piece =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'rule-group' | 'condition-group'; readonly group: number }
  | { readonly kind: 'variable'; readonly variable: Variable }
  | {
      readonly kind: 'map';
      readonly map: string;
      readonly key: Expansion;
      readonly fallback: Expansion | undefined;
    };

type MapPiece = Extract<Piece, { kind: 'map' }>;

/** A text with `$N`, `%N`, `%{…}`, `${…}` in it, taken apart. */
export interface Expansion {
  /** Left out of a text that does not vary. */
  readonly pieces: readonly Piece[];
  /** The whole text when nothing in it varies. */
  readonly constant: string | undefined;
  /** Variables whose value has to be waited for, here and in the keys of maps. */
  readonly waiting: readonly Variable[];
  /** Names of the maps in it, whose answers may have to be waited for. */
  readonly maps: readonly string[];
}

/** How back-references are escaped. httpd: escape_backref */
export type BackReferenceEscape = (text: string) => string;

/** Takes a text apart, once, when the configuration is read. httpd: modules/mappers/mod_rewrite.c do_expand */
export function compileExpansion(text: string): Expansion {
  const first = nextSpecial(text, 0);
  if (first === text.length) return { pieces: none, constant: text, waiting: none, maps: none };
  const pieces: Piece[] = [];
  let plain = text.slice(0, first);
  const add = (piece: Piece) => {
    if (plain !== '') pieces.push({ kind: 'text', text: plain });
    plain = '';
    pieces.push(piece);
  };
  for (let at = first; at < text.length; ) {
    const special = readSpecial(text, at);
    if (special === undefined) {
      const next = nextSpecial(text, at + 1);
      plain += text.slice(at, next);
      at = next;
      continue;
    }
    if (typeof special.piece === 'string') plain += special.piece;
    else add(special.piece);
    at = special.end;
  }
  if (plain !== '') pieces.push({ kind: 'text', text: plain });
  if (pieces.every((piece) => piece.kind === 'text')) {
    return { pieces: none, constant: pieces.map(({ text }) => text).join(''), waiting: none, maps: none };
  }
  const waiting = pieces.flatMap(waitingOf);
  const maps = pieces.flatMap(mapsOf);
  return {
    pieces,
    constant: undefined,
    waiting: waiting.length === 0 ? none : waiting,
    maps: maps.length === 0 ? none : maps,
  };
}

/** Shared: rules are kept by the thousand. */
const none: readonly never[] = [];

function waitingOf(piece: Piece): readonly Variable[] {
  if (piece.kind === 'variable') return piece.variable.wait === undefined ? [] : [piece.variable];
  if (piece.kind === 'map') return [...piece.key.waiting, ...(piece.fallback?.waiting ?? [])];
  return [];
}

function mapsOf(piece: Piece): readonly string[] {
  return piece.kind === 'map' ? [piece.map, ...piece.key.maps, ...(piece.fallback?.maps ?? [])] : [];
}

/** Whether a text can be put together only by waiting, with the maps that there are. */
export function mustWaitFor({ waiting, maps }: Expansion, context: RewriteContext): boolean {
  return waiting.length > 0 || maps.some((name) => context.maps.get(name)?.lookupLater !== undefined);
}

interface Special {
  readonly piece: Piece | string;
  readonly end: number;
}

/** Where the next character stands that may mean something; the end when none does. */
function nextSpecial(text: string, from: number): number {
  let at = from;
  for (; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === backslash || code === dollar || code === percent) break;
  }
  return at;
}
const backslash = 0x5c;
const dollar = 0x24;
const percent = 0x25;

function readSpecial(text: string, at: number): Special | undefined {
  const char = text[at];
  const next = text[at + 1];
  if (char === '\\') return next === undefined ? { piece: '\\', end: at + 1 } : { piece: next, end: at + 2 };
  if (char !== '$' && char !== '%') return undefined;
  if (next === '{') return readBraces(text, at, char) ?? { piece: `${char}{`, end: at + 2 };
  if (next === undefined || next < '0' || next > '9') return undefined;
  const kind = char === '$' ? 'rule-group' : 'condition-group';
  return { piece: { kind, group: Number(next) }, end: at + 2 };
}

function readBraces(text: string, at: number, char: string): Special | undefined {
  const end = findInBraces(text, at + 2, undefined);
  if (end < 0) return undefined;
  const inside = text.slice(at + 2, end);
  if (char === '%') return { piece: { kind: 'variable', variable: variable(inside) }, end: end + 1 };
  const colon = findInBraces(inside, 0, ':');
  if (colon < 0) return undefined;
  const rest = inside.slice(colon + 1);
  const bar = findInBraces(rest, 0, '|');
  const key = compileExpansion(bar < 0 ? rest : rest.slice(0, bar));
  const fallback = bar < 0 || bar + 1 === rest.length ? undefined : compileExpansion(rest.slice(bar + 1));
  return { piece: { kind: 'map', map: inside.slice(0, colon), key, fallback }, end: end + 1 };
}

/** Where a character stands that is in no inner braces; without one, where the brace that closes stands. */
function findInBraces(text: string, from: number, wanted: string | undefined): number {
  let depth = 1;
  for (let at = from; at < text.length; at++) {
    if (depth === 1 && text[at] === wanted) return at;
    if (text[at] === '{') depth++;
    else if (text[at] === '}' && --depth === 0) return wanted === undefined ? at : -1;
  }
  return -1;
}

/** Gets the values that `expand` cannot get by itself. */
export async function awaitValues(
  expansion: Expansion,
  context: RewriteContext,
  escapeGroup?: BackReferenceEscape,
): Promise<void> {
  for (const piece of expansion.pieces) {
    if (piece.kind === 'variable') {
      const { text, wait } = piece.variable;
      if (wait !== undefined) context.awaited.set(text, await wait(context));
    } else if (piece.kind === 'map') await awaitMap(piece, context, escapeGroup);
  }
}

async function awaitMap(
  { map, key, fallback }: MapPiece,
  context: RewriteContext,
  escapeGroup: BackReferenceEscape | undefined,
): Promise<void> {
  await awaitValues(key, context, escapeGroup);
  if (fallback !== undefined) await awaitValues(fallback, context, escapeGroup);
  const found = context.maps.get(map);
  if (found?.lookupLater === undefined) return;
  // The log says what is escaped when the text is put together.
  const text = expand(key, { ...context, trace: 0 }, escapeGroup);
  const value = await found.lookupLater(context.request, text, context.trace);
  if (value === undefined) context.awaited.delete(mapKey(map, text));
  else context.awaited.set(mapKey(map, text), value);
}

const mapKey = (map: string, key: string) => `\0${map}\0${key}`;

/** The text with everything put in. */
export function expand(
  expansion: Expansion,
  context: RewriteContext,
  escapeGroup?: BackReferenceEscape,
): string {
  if (expansion.constant !== undefined) return expansion.constant;
  let result = '';
  for (const piece of expansion.pieces) result += expandPiece(piece, context, escapeGroup);
  return result;
}

export interface Expanded {
  readonly text: string;
  /** Whether the question mark that splits off a query was put in from outside. */
  readonly firstQuestionMarkIsForeign: boolean;
  readonly lastQuestionMarkIsForeign: boolean;
}

/** The same, telling where a question mark came from. */
export function expandWatchfully(
  expansion: Expansion,
  context: RewriteContext,
  escapeGroup?: BackReferenceEscape,
): Expanded {
  if (expansion.constant !== undefined) {
    return { text: expansion.constant, firstQuestionMarkIsForeign: false, lastQuestionMarkIsForeign: false };
  }
  let text = '';
  let first: Piece['kind'] = 'text';
  let last: Piece['kind'] = 'text';
  for (const piece of expansion.pieces) {
    const part = expandPiece(piece, context, escapeGroup);
    if (part.includes('?')) {
      if (!text.includes('?')) first = piece.kind;
      last = piece.kind;
    }
    text += part;
  }
  return {
    text,
    firstQuestionMarkIsForeign: first !== 'text',
    lastQuestionMarkIsForeign: last !== 'text',
  };
}

function expandPiece(
  piece: Piece,
  context: RewriteContext,
  escapeGroup: BackReferenceEscape | undefined,
): string {
  switch (piece.kind) {
    case 'text':
      return piece.text;
    case 'variable':
      return piece.variable.value(context);
    case 'map':
      return expandMap(piece, context, escapeGroup);
    default:
      return expandGroup(
        piece.kind === 'rule-group' ? context.ruleMatch : context.conditionMatch,
        piece.group,
        context,
        escapeGroup,
      );
  }
}

function expandMap(
  { map, key, fallback }: MapPiece,
  context: RewriteContext,
  escapeGroup: BackReferenceEscape | undefined,
): string {
  const found = context.maps.get(map);
  const text = expand(key, context, escapeGroup);
  const value =
    found?.lookupLater === undefined
      ? found?.lookup(context.request, text, context.trace)
      : context.awaited.get(mapKey(map, text));
  return value ?? (fallback === undefined ? '' : expand(fallback, context, escapeGroup));
}

function expandGroup(
  match: RewriteContext['ruleMatch'],
  group: number,
  context: RewriteContext,
  escapeGroup: BackReferenceEscape | undefined,
): string {
  const text = match?.[group] ?? '';
  if (escapeGroup === undefined || text === '') return text;
  const escaped = escapeGroup(text);
  if (context.trace >= 5) {
    rewriteLog(context, 5, `escaping backreference '${text}' to '${escaped}'`);
  }
  return escaped;
}
