// The published module wraps pcre2_compile() in a function that always asks for UTF mode and cannot ask for DUPNAMES or
// DOLLAR_ENDONLY, and pcre2_match() in one that takes no options. Both real functions are in the module: adding them to
// its export list lets patterns be compiled as Apache compiles them, byte by byte, without touching any code in it.

const importSection = 2;
const exportSection = 7;
const codeSection = 10;

const functionKind = 0;
const memoryKind = 2;

/** 512 MiB: the back-tracking frames of one match may need it; the published module stops at 16 MiB. */
export const memoryMaximumPages = 8192;

export class UnknownModuleError extends Error {
  constructor(what: string) {
    super(`The PCRE2 module is not the one this package was written for: ${what}`);
  }
}

interface Reader {
  readonly bytes: Uint8Array;
  at: number;
}

interface Section {
  readonly id: number;
  readonly lengthAt: number;
  readonly start: number;
  readonly end: number;
}

/** The module with `pcre2Compile` and `pcre2Match` exported and its memory allowed to grow. */
export function exposeEntryPoints(wasm: Uint8Array): Uint8Array {
  const bytes = wasm.slice();
  const sections = readSections(bytes);
  const importedFunctions = readImports(bytes, sectionOf(sections, importSection));
  const exported = readExports(bytes, sectionOf(sections, exportSection));
  const code = sectionOf(sections, codeSection);
  const calledLastBy = (name: string) => {
    const index = exported.get(name);
    if (index === undefined) throw new UnknownModuleError(`it does not export ${name}`);
    return lastCallOf(bodyOf(bytes, code, index - importedFunctions), name);
  };
  const added = [
    ...exportEntry('pcre2Compile', calledLastBy('_compile')),
    ...exportEntry('pcre2Match', calledLastBy('_match')),
  ];
  return withExports(bytes, sectionOf(sections, exportSection), added, 2);
}

function readSections(bytes: Uint8Array): Section[] {
  const reader: Reader = { bytes, at: 8 };
  const sections: Section[] = [];
  while (reader.at < bytes.length) {
    const id = readByte(reader);
    const lengthAt = reader.at;
    const length = readNumber(reader);
    sections.push({ id, lengthAt, start: reader.at, end: reader.at + length });
    reader.at += length;
  }
  return sections;
}

function sectionOf(sections: readonly Section[], id: number): Section {
  const section = sections.find((candidate) => candidate.id === id);
  if (section === undefined) throw new UnknownModuleError(`it has no section ${id}`);
  return section;
}

/** Counts the imported functions and, in passing, raises the limit of the imported memory. */
function readImports(bytes: Uint8Array, section: Section): number {
  const reader: Reader = { bytes, at: section.start };
  let functions = 0;
  for (let left = readNumber(reader); left > 0; left--) {
    readName(reader);
    readName(reader);
    const kind = readByte(reader);
    if (kind === functionKind) {
      functions++;
      readNumber(reader);
    } else if (kind === memoryKind) {
      raiseMemoryLimit(reader);
    } else {
      skipTableOrGlobal(reader, kind);
    }
  }
  return functions;
}

function raiseMemoryLimit(reader: Reader): void {
  const hasMaximum = readByte(reader) === 1;
  readNumber(reader);
  const start = reader.at;
  if (hasMaximum) readNumber(reader);
  if (reader.at - start !== 2) throw new UnknownModuleError('its memory limit is not 16 MiB');
  reader.bytes.set([0x80 | (memoryMaximumPages & 0x7f), memoryMaximumPages >> 7], start);
}

function skipTableOrGlobal(reader: Reader, kind: number): void {
  readByte(reader);
  const second = readByte(reader);
  if (kind !== 1) return;
  readNumber(reader);
  if (second === 1) readNumber(reader);
}

function readExports(bytes: Uint8Array, section: Section): Map<string, number> {
  const reader: Reader = { bytes, at: section.start };
  const exported = new Map<string, number>();
  for (let left = readNumber(reader); left > 0; left--) {
    const name = readName(reader);
    readByte(reader);
    exported.set(name, readNumber(reader));
  }
  return exported;
}

function bodyOf(bytes: Uint8Array, section: Section, wanted: number): Uint8Array {
  const reader: Reader = { bytes, at: section.start };
  const count = readNumber(reader);
  for (let index = 0; index < count; index++) {
    const length = readNumber(reader);
    if (index === wanted) return bytes.subarray(reader.at, reader.at + length);
    reader.at += length;
  }
  throw new UnknownModuleError(`it has no function ${wanted}`);
}

/** Both wrappers end by calling the real function: `call INDEX`, `end`. */
function lastCallOf(body: Uint8Array, name: string): number {
  const callInstruction = 0x10;
  const endInstruction = 0x0b;
  const [call, index, end] = body.subarray(-3);
  if (call !== callInstruction || end !== endInstruction || index === undefined || index > 0x7f) {
    throw new UnknownModuleError(`${name} does not end in a call`);
  }
  return index;
}

function exportEntry(name: string, index: number): number[] {
  return [name.length, ...Array.from(name, (char) => char.charCodeAt(0)), functionKind, index];
}

function withExports(
  bytes: Uint8Array,
  section: Section,
  added: readonly number[],
  more: number,
): Uint8Array {
  const reader: Reader = { bytes, at: section.start };
  const count = readNumber(reader);
  const kept = bytes.subarray(reader.at, section.end);
  const body = joined([numberBytes(count + more), kept, added]);
  return joined([
    bytes.subarray(0, section.lengthAt),
    numberBytes(body.length),
    body,
    bytes.subarray(section.end),
  ]);
}

function joined(parts: readonly ArrayLike<number>[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

function readByte(reader: Reader): number {
  const byte = reader.bytes[reader.at++];
  if (byte === undefined) throw new UnknownModuleError('it ends early');
  return byte;
}

/** An unsigned LEB128 number. */
function readNumber(reader: Reader): number {
  let value = 0;
  for (let shift = 0; ; shift += 7) {
    const byte = readByte(reader);
    value |= (byte & 0x7f) << shift;
    if (byte < 0x80) return value >>> 0;
  }
}

function numberBytes(value: number): number[] {
  return value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...numberBytes(value >>> 7)];
}

function readName(reader: Reader): string {
  const length = readNumber(reader);
  const name = String.fromCharCode(...reader.bytes.subarray(reader.at, reader.at + length));
  reader.at += length;
  return name;
}
