// The part of the WebAssembly JavaScript interface this package uses; `lib: es2024` leaves it to `dom`.

/** A function a WebAssembly instance exports: numbers in, a number out. */
export type WasmFunction = (...words: number[]) => number;

interface WasmMemory {
  readonly buffer: ArrayBuffer;
  grow(pages: number): number;
}

type WasmImports = Record<string, Record<string, unknown>>;

interface WasmInterface {
  Module: new (bytes: Uint8Array) => object;
  Instance: new (
    module: object,
    imports: WasmImports,
  ) => { readonly exports: Record<string, WasmFunction | undefined> };
  Memory: new (limits: { initial: number; maximum: number }) => WasmMemory;
  Table: new (limits: { initial: number; maximum: number; element: 'anyfunc' }) => object;
}

/** The engine's WebAssembly object, as much of it as is used here. */
export const webAssembly = (globalThis as unknown as { WebAssembly: WasmInterface }).WebAssembly;

export type { WasmImports, WasmMemory };
