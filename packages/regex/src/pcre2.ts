import { compileErrorText } from './compile-error-texts.ts';
import { exposeEntryPoints, memoryMaximumPages } from './expose-entry-points.ts';
import { type WasmFunction, type WasmMemory, webAssembly } from './web-assembly.ts';

/** PCRE2's compile options, of which Apache uses these; DUPNAMES is always on. */
export const compileOption = {
  caseless: 0x8,
  dollarEndOnly: 0x10,
  dotAll: 0x20,
  dupNames: 0x40,
  multiline: 0x400,
  neverUtf: 0x1000,
} as const;

/** PCRE2's match options, as AP_REG_NOTBOL and AP_REG_NOTEOL set them. */
export const matchOption = { notBol: 0x1, notEol: 0x2, anchored: 0x80000000 } as const;

/** The results of a match that are not a match: no match, and the ways of ending without an answer. */
export const matchError = { noMatch: -1, internal: -44, matchLimit: -47, noMemory: -48 } as const;

/** A pattern as PCRE2 compiled it; `pointer` is good only in the instance of the same generation. */
export interface Pcre2Code {
  readonly pattern: string;
  readonly options: number;
  readonly groupCount: number;
  /** In longer subjects each place where a match may begin is tried by itself, against the clock. */
  unbrokenLength: number;
  pointer: number;
  generation: number;
}

/** Why PCRE2 refused a pattern. */
export interface Pcre2CompileError {
  readonly code: number;
  readonly offset: number;
  readonly message: string;
}

export interface GroupName {
  readonly name: string;
  readonly group: number;
}

// Where the published module expects and keeps its parts (its loader sets the first three; the linker left only the
// first three parameters of pcre2_compile() and the first six of pcre2_match(), the rest being constant in it).
const initialPages = 256;
const heapTopAt = 117184;
const compileErrorAt = 115648;
const compileErrorOffsetAt = 115652;
const heapStart = 5360256;
const tableSize = 4;
const pageSize = 65536;

/** Subjects up to this many bytes stay in one buffer for good; a longer one has a buffer of its own for one match. */
const keptSubjectLength = 0x10000;

/** A search that goes from place to place is given up after this long; Apache's would go on for minutes. */
const longestSearchMs = 1000;

/** A match may grow memory to the maximum; an instance that has grown beyond this is dropped after it. */
const keptMemoryBytes = 32 * 1024 * 1024;

interface Entry {
  readonly compile: WasmFunction;
  readonly match: WasmFunction;
  readonly malloc: WasmFunction;
  readonly free: WasmFunction;
  readonly codeFree: WasmFunction;
  readonly groupCount: WasmFunction;
  readonly nameCount: WasmFunction;
  readonly nameTable: WasmFunction;
  readonly nameEntrySize: WasmFunction;
  readonly createMatchData: WasmFunction;
  readonly destroyMatchData: WasmFunction;
  readonly ovector: WasmFunction;
}

/** One running copy of the module: dropped whole when it traps or has grown too large. */
interface Running {
  readonly entry: Entry;
  readonly memory: WasmMemory;
  readonly subject: number;
  units: Uint16Array;
  words: Int32Array;
  matchData: number;
  matchDataGroups: number;
}

/** PCRE2 in WebAssembly, 16 bits a unit and without UTF, so that a string of bytes is matched byte by byte. */
export class Pcre2 {
  /** Pairs of offsets after a match, `2 * (groups + 1)` words from `ovectorAt`; groups beyond the result are unset. */
  words: Int32Array = new Int32Array(0);
  ovectorAt = 0;

  readonly #wasm: Uint8Array;
  #module: object | undefined;
  #running: Running | undefined;
  #generation = 0;

  constructor(wasm: Uint8Array) {
    this.#wasm = wasm;
  }

  /** Compiles a pattern, or says why it cannot be. */
  compile(pattern: string, options: number): Pcre2Code | Pcre2CompileError {
    this.#start();
    try {
      const pointer = this.#compile(pattern, options);
      if (typeof pointer !== 'number') return pointer;
      const unbrokenLength = Number.POSITIVE_INFINITY;
      const groupCount = this.#start().entry.groupCount(pointer);
      return { pattern, options, groupCount, unbrokenLength, pointer, generation: this.#generation };
    } catch {
      this.#drop();
      return compileError(121, 0);
    }
  }

  /** The named groups in PCRE2's order, which is by name. */
  groupNames(code: Pcre2Code): GroupName[] {
    const running = this.#start();
    const { entry } = running;
    const count = entry.nameCount(code.pointer);
    const size = entry.nameEntrySize(code.pointer);
    const table = entry.nameTable(code.pointer) >> 1;
    return Array.from({ length: count }, (_, index) => nameEntry(running.units, table + index * size));
  }

  /** PCRE2's result: one more than the highest group that took part, or a negative error. */
  match(code: Pcre2Code, subject: string, options: number): number {
    this.#start();
    try {
      return this.#match(code, subject, options);
    } catch {
      this.#drop();
      return matchError.internal;
    }
  }

  /** Gives a pattern's memory back. */
  free(code: Pcre2Code): void {
    const running = this.#running;
    if (running === undefined || code.pointer === 0 || code.generation !== this.#generation) return;
    running.entry.codeFree(code.pointer);
    code.pointer = 0;
  }

  /** Bytes of memory the running module has, 0 before it is started. */
  get memoryBytes(): number {
    return this.#running?.memory.buffer.byteLength ?? 0;
  }

  #compile(pattern: string, options: number): number | Pcre2CompileError {
    const running = this.#start();
    const { entry } = running;
    const text = entry.malloc(pattern.length * 2 + 2);
    if (text === 0) return compileError(121, 0);
    refreshViews(running);
    writeUnits(running.units, text, pattern);
    const pointer = entry.compile(text, pattern.length, options);
    entry.free(text);
    refreshViews(running);
    if (pointer !== 0) return pointer;
    return compileError(running.words[compileErrorAt >> 2]!, running.words[compileErrorOffsetAt >> 2]!);
  }

  #match(code: Pcre2Code, subject: string, options: number): number {
    const running = this.#start();
    if (code.generation !== this.#generation || code.pointer === 0) this.#recompile(code);
    if (running.matchDataGroups < code.groupCount) makeMatchData(running, code);
    const buffer =
      subject.length <= keptSubjectLength ? running.subject : running.entry.malloc(subject.length * 2);
    if (buffer === 0 || running.matchData === 0) return matchError.noMemory;
    refreshViews(running);
    writeUnits(running.units, buffer, subject);
    const search = subject.length <= code.unbrokenLength ? searchAtOnce : searchStepwise;
    const result = search(running, code.pointer, buffer, subject.length, options);
    if (buffer !== running.subject) running.entry.free(buffer);
    refreshViews(running);
    this.words = running.words;
    this.ovectorAt = running.entry.ovector(running.matchData) >> 2;
    if (running.memory.buffer.byteLength > keptMemoryBytes) this.#drop();
    return result;
  }

  #recompile(code: Pcre2Code): void {
    const pointer = this.#compile(code.pattern, code.options);
    if (typeof pointer !== 'number') throw new Error(pointer.message);
    code.pointer = pointer;
    code.generation = this.#generation;
  }

  #start(): Running {
    if (this.#running !== undefined) return this.#running;
    this.#module ??= new webAssembly.Module(exposeEntryPoints(this.#wasm));
    this.#running = run(this.#module);
    this.#generation++;
    return this.#running;
  }

  #drop(): void {
    this.#running = undefined;
  }
}

function run(module: object): Running {
  const memory = new webAssembly.Memory({ initial: initialPages, maximum: memoryMaximumPages });
  const words = new Int32Array(memory.buffer);
  words[heapTopAt >> 2] = heapStart;
  const instance = new webAssembly.Instance(module, { env: environment(memory) });
  const entry = entryPoints(instance.exports);
  const running: Running = {
    entry,
    memory,
    subject: entry.malloc(keptSubjectLength * 2),
    units: new Uint16Array(memory.buffer),
    words,
    matchData: 0,
    matchDataGroups: -1,
  };
  return running;
}

function environment(memory: WasmMemory): Record<string, unknown> {
  const trap = (what: string) => () => {
    throw new Error(what);
  };
  return {
    memory,
    table: new webAssembly.Table({ initial: tableSize, maximum: tableSize, element: 'anyfunc' }),
    __table_base: 0,
    abortStackOverflow: trap('stack overflow'),
    nullFunc_vii: trap('bad function pointer'),
    nullFunc_iii: trap('bad function pointer'),
    _emscripten_get_heap_size: () => memory.buffer.byteLength,
    _emscripten_resize_heap: (bytes: number) => growTo(memory, bytes >>> 0),
    _emscripten_memcpy_big: (to: number, from: number, length: number) => {
      new Uint8Array(memory.buffer).copyWithin(to, from, from + length);
      return to;
    },
  };
}

/** 1 when memory has grown to hold `bytes`, else 0, upon which malloc() answers NULL. */
function growTo(memory: WasmMemory, bytes: number): number {
  const wantedPages = Math.ceil(bytes / pageSize);
  const pages = memory.buffer.byteLength / pageSize;
  if (wantedPages > memoryMaximumPages) return 0;
  memory.grow(Math.min(Math.max(wantedPages, pages + 64), memoryMaximumPages) - pages);
  return 1;
}

function entryPoints(exports: Readonly<Record<string, WasmFunction | undefined>>): Entry {
  const entry = (name: string): WasmFunction => {
    const found = exports[name];
    if (found === undefined) throw new Error(`The PCRE2 module has no ${name}`);
    return found;
  };
  return {
    compile: entry('pcre2Compile'),
    match: entry('pcre2Match'),
    malloc: entry('_malloc'),
    free: entry('_free'),
    codeFree: entry('_destroyCode'),
    groupCount: entry('_getCaptureCount'),
    nameCount: entry('_getMatchNameCount'),
    nameTable: entry('_getMatchNameTable'),
    nameEntrySize: entry('_getMatchNameTableEntrySize'),
    createMatchData: entry('_createMatchData'),
    destroyMatchData: entry('_destroyMatchData'),
    ovector: entry('_getOvectorPointer'),
  };
}

type Search = (running: Running, code: number, subject: number, length: number, options: number) => number;

const searchAtOnce: Search = ({ entry, matchData }, code, subject, length, options) =>
  entry.match(code, subject, length, 0, options, matchData);

const searchStepwise: Search = ({ entry, matchData }, code, subject, length, options) => {
  const end = Date.now() + longestSearchMs;
  for (let start = 0; start <= length; start++) {
    const result = entry.match(code, subject, length, start, options | matchOption.anchored, matchData);
    if (result !== matchError.noMatch) return result;
    if (Date.now() > end) return matchError.matchLimit;
  }
  return matchError.noMatch;
};

/** One block of offsets serves all patterns; it is as large as the pattern with the most groups needs. */
function makeMatchData(running: Running, code: Pcre2Code): void {
  if (running.matchData !== 0) running.entry.destroyMatchData(running.matchData);
  running.matchData = running.entry.createMatchData(code.pointer);
  running.matchDataGroups = running.matchData === 0 ? -1 : code.groupCount;
}

/** Views go stale when memory grows. */
function refreshViews(running: Running): void {
  const { buffer } = running.memory;
  if (running.units.buffer === buffer) return;
  running.units = new Uint16Array(buffer);
  running.words = new Int32Array(buffer);
}

function writeUnits(units: Uint16Array, pointer: number, text: string): void {
  const start = pointer >> 1;
  for (let index = 0; index < text.length; index++) units[start + index] = text.charCodeAt(index) & 0xff;
}

/** One entry of the name table: the group's number, then its name with a closing NUL. */
function nameEntry(units: Uint16Array, at: number): GroupName {
  let end = at + 1;
  while (units[end] !== 0) end++;
  return { name: String.fromCharCode(...units.subarray(at + 1, end)), group: units[at]! };
}

function compileError(code: number, offset: number): Pcre2CompileError {
  return { code, offset, message: compileErrorText(code) };
}
