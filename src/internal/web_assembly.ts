/** A heap; its buffer changes when it grows. */
export interface WasmMemory {
  readonly buffer: ArrayBufferLike;
}

/** Compiled, and asked for nothing. */
export type WasmModule = object;

/** The part of the WebAssembly interface that is used here; no library of types for Node and pages has it. */
interface WebAssemblyInterface {
  readonly Memory: new (pages: { initial: number }) => WasmMemory;
  readonly Module: new (binary: Uint8Array<ArrayBuffer>) => WasmModule;
  readonly Instance: new (
    module: WasmModule,
    imports: { env: { memory: WasmMemory }; product: object },
  ) => { readonly exports: object };
  validate(binary: Uint8Array<ArrayBuffer>): boolean;
}

export const webAssembly = (): WebAssemblyInterface =>
  (globalThis as unknown as { WebAssembly: WebAssemblyInterface }).WebAssembly;

/** A binary that stands in a source file. */
export const decodeBinary = (text: string): Uint8Array<ArrayBuffer> =>
  Uint8Array.from(atob(text), (character) => character.charCodeAt(0));

/** Node 20 has relaxed SIMD behind a flag of its engine, which may be set while it runs; later ones have it. */
export function allowRelaxedSimd(): void {
  const { process } = globalThis as { process?: { getBuiltinModule?(id: string): unknown } };
  const v8 = process?.getBuiltinModule?.('v8') as
    { setFlagsFromString(flag: string): void } | undefined;
  v8?.setFlagsFromString('--experimental-wasm-relaxed-simd');
}
