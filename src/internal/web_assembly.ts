/** A heap; its buffer changes when it grows. */
export interface WasmMemory {
  readonly buffer: ArrayBufferLike;
}

/** A compiled module, opaque here. */
export type WasmModule = object;

/** The part of the WebAssembly interface used here; no type library for both Node and pages has it. */
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

/** Decodes a binary from a source file. */
export const decodeBinary = (text: string): Uint8Array<ArrayBuffer> =>
  Uint8Array.from(atob(text), (character) => character.charCodeAt(0));

/** Enables relaxed SIMD in Node 20, by a flag of its engine that may be set at run time; later ones have it. */
export function allowRelaxedSimd(): void {
  const { process } = globalThis as { process?: { getBuiltinModule?(id: string): unknown } };
  const v8 = process?.getBuiltinModule?.('v8') as
    { setFlagsFromString(flag: string): void } | undefined;
  v8?.setFlagsFromString('--experimental-wasm-relaxed-simd');
}
