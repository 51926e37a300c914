import { fail } from '../internal/check.js';
import { FUSED_TILE, KERNELS, TILE } from './simd_binary.js';
import type { WasmBackend } from './wasm_backend.js';
import { webAssembly } from './web_assembly.js';
import type { WasmMemory } from './web_assembly.js';

/** An address in the heap, in bytes. */
export type Address = number;

/** What assembly/ exports; its files say what each does. */
interface Exports {
  add(from: Address, to: Address, elements: number): void;
  offsets(to: Address, ...countsAndStrides: readonly number[]): void;
  pad(...fromImagesHeightWidthToFrameHeightFrameWidthTopLeft: readonly number[]): void;
  product(...operandsSizesAddsScratch: readonly number[]): void;
  productScratch(): number;
  repeat(from: Address, elements: number, to: Address, rows: number): void;
  scatterPatches(...patchesToAndGeometry: readonly number[]): void;
  zero(to: Address, elements: number): void;
}

/** Our WebAssembly, at work on the heap of one of tfjs's backends. */
export interface Simd extends Exports {
  /** The blocks of operands that a product is working on. */
  readonly scratch: Address;
  /** Runs `f` with so many bytes of the heap, which are free again afterwards. */
  withMemory<T>(bytes: number, f: (address: Address) => T): T;
}

const instances = new WeakMap<WasmBackend, Simd>();

/** The instance of a backend. */
export function simdOf(backend: WasmBackend): Simd {
  const before = instances.get(backend);
  if (before !== undefined) return before;
  const simd = instantiate(backend);
  instances.set(backend, simd);
  return simd;
}

function instantiate({ wasm }: WasmBackend): Simd {
  // the glue of the binary with threads keeps the memory itself
  const memory = wasm.wasmMemory ?? wasm.asm.memory;
  const shared = isShared(memory);
  const { Instance, Module } = webAssembly();
  const start = (binary: Binary, product: object): object =>
    new Instance(new Module(shared ? binary : withOwnMemory(binary)), { env: { memory }, product })
      .exports;
  const { tile, kernels } = (binaries ??= supportedBinaries());
  const exports = start(kernels, start(tile, {})) as Exports;
  const withMemory = <T>(bytes: number, f: (address: Address) => T): T => {
    const address = allocate(wasm, bytes);
    try {
      return f(address);
    } finally {
      wasm._free(address);
    }
  };
  return { ...exports, scratch: allocate(wasm, exports.productScratch()), withMemory };
}

function allocate(wasm: WasmBackend['wasm'], bytes: number): Address {
  const address = wasm._malloc(bytes);
  if (address === 0) fail('backend', 'wasm', 'memory', 'at most 4 GiB', `${bytes} bytes more`);
  return address;
}

const isShared = ({ buffer }: WasmMemory) =>
  typeof SharedArrayBuffer === 'function' && buffer instanceof SharedArrayBuffer;

type Binary = Uint8Array<ArrayBuffer>;
let binaries: { readonly tile: Binary; readonly kernels: Binary } | undefined;

function supportedBinaries(): { tile: Binary; kernels: Binary } {
  const [kernels, plain, fused] = [KERNELS, TILE, FUSED_TILE].map(decode) as [
    Binary,
    Binary,
    Binary,
  ];
  const supports = (binary: Binary) => webAssembly().validate(binary);
  if (!supports(kernels))
    fail('backend', 'wasm', 'engine', 'one with WebAssembly SIMD', 'one without');
  if (!supports(fused)) allowRelaxedSimd();
  return { tile: supports(fused) ? fused : plain, kernels };
}

/** Node 20 has relaxed SIMD behind a flag of its engine, which may be set while it runs; later ones have it. */
function allowRelaxedSimd(): void {
  const { process } = globalThis as { process?: { getBuiltinModule?(id: string): unknown } };
  const v8 = process?.getBuiltinModule?.('v8') as
    { setFlagsFromString(flag: string): void } | undefined;
  v8?.setFlagsFromString('--experimental-wasm-relaxed-simd');
}

const decode = (text: string): Binary =>
  Uint8Array.from(atob(text), (character) => character.charCodeAt(0));

/** The binaries declare their memory as shared; which it is, is one bit of the import. */
function withOwnMemory(shared: Binary): Binary {
  const own = shared.slice();
  const name = [...'memory'].map((character) => character.charCodeAt(0));
  const at = own.findIndex((_, i) => name.every((code, j) => own[i + j] === code));
  own[at + name.length + 1]! &= ~2; // after the kind of the import
  return own;
}
