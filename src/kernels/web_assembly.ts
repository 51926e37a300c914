/** A heap; its buffer changes when it grows. */
export interface WasmMemory {
  readonly buffer: ArrayBufferLike;
}

/** Compiled, and asked for nothing. */
export type WasmModule = object;

/** The part of the WebAssembly interface that is used here; no library of types for Node and pages has it. */
interface WebAssemblyInterface {
  readonly Module: new (binary: Uint8Array<ArrayBuffer>) => WasmModule;
  readonly Instance: new (
    module: WasmModule,
    imports: { env: { memory: WasmMemory }; product: object },
  ) => { readonly exports: object };
  validate(binary: Uint8Array<ArrayBuffer>): boolean;
}

export const webAssembly = (): WebAssemblyInterface =>
  (globalThis as unknown as { WebAssembly: WebAssemblyInterface }).WebAssembly;
