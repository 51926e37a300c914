import { fail } from '../../../internal/check.js';
import { allowRelaxedSimd, decodeBinary, webAssembly } from '../../../internal/web_assembly.js';
import type { WasmModule } from '../../../internal/web_assembly.js';
import { FUSED_TILE, KERNELS, TILE } from './simd_binary.js';
import { isShared, maySleep, startThread, threadsOn } from './threads.js';
import { memoryOf } from './wasm_backend.js';
import type { WasmBackend } from './wasm_backend.js';

/** An address in the heap, in bytes. */
export type Address = number;

/** The exports of assembly/; its files describe each. */
interface Exports {
  adamStep(job: Address, ...momentsResultsSizeAndNumbers: readonly number[]): void;
  add(from: Address, to: Address, elements: number): void;
  copy(job: Address, ...fromStrideToStrideWidthRows: readonly number[]): void;
  elementwise(job: Address, op: number, ...operandsToSizesAndNumbers: readonly number[]): void;
  isAboveNegativeInfinity(from: Address, elements: number): number;
  mirror(job: Address, folds: number, ...fromToSizesBordersDistance: readonly number[]): void;
  moments(job: Address, x: Address, ...sizesMeanVarianceScratch: readonly number[]): void;
  normalize(job: Address, x: Address, ...sizesOperandsToScratch: readonly number[]): void;
  normalizeGrad(job: Address, x: Address, ...sizesOperandsResultsScratch: readonly number[]): void;
  offsets(to: Address, ...countsAndStrides: readonly number[]): void;
  pad(...fromImagesHeightWidthToFrameHeightFrameWidthTopLeft: readonly number[]): void;
  createJob(job: Address, threads: number, sleeps: number): void;
  readonly JOB_BYTES: { readonly value: number };
  product(job: Address, ...operandsSizesAddsScratch: readonly number[]): void;
  sums(
    job: Address,
    from: Address,
    outer: number,
    count: number,
    inner: number,
    factor: number,
    to: Address,
    scratch: Address,
  ): void;
  sumsBytes(outer: number, count: number, inner: number): number;
  threadScratch(): number;
  vectorsBytes(samples: number, channels: number): number;
  repeat(from: Address, elements: number, to: Address, rows: number): void;
  scatterPatches(...patchesToAndGeometry: readonly number[]): void;
  winograd(job: Address, fields: Address, count: number): void;
  winogradFilter(job: Address, fields: Address, count: number): void;
  winogradGradient(job: Address, fields: Address, count: number): void;
  winogradPlanes(job: Address, fields: Address, count: number): void;
  winogradScratch(): number;
  planesScratch(): number;
  zero(to: Address, elements: number): void;
}

/** Our WebAssembly on the heap of one of tfjs's backends. */
export interface Simd extends Exports {
  readonly threads: number;
  /** The job that threads are working on. */
  readonly job: Address;
  /** The blocks of operands that each thread is working on. */
  readonly scratch: Address;
  writeIntegers(to: Address, values: readonly number[]): void;
  /** Runs `f` with `bytes` of the heap, which are freed afterwards. */
  withMemory<T>(bytes: number, f: (address: Address) => T): T;
  /** Runs a job that is no product with `bytes` of the heap; those of products if they are enough. */
  withScratch(bytes: number, f: (address: Address) => void): void;
}

const instances = new WeakMap<WasmBackend, Simd>();

/** Returns the instance of a backend. */
export function simdOf(backend: WasmBackend): Simd {
  const before = instances.get(backend);
  if (before !== undefined) return before;
  const simd = instantiate(backend);
  instances.set(backend, simd);
  return simd;
}

function instantiate(backend: WasmBackend): Simd {
  const { wasm } = backend;
  const memory = memoryOf(wasm);
  const shared = isShared(memory);
  const { Instance, Module } = webAssembly();
  const { tile, kernels } = (binaries ??= supportedBinaries());
  const [tileModule, kernelModule] = [tile, kernels].map(
    (binary) => new Module(shared ? binary : withOwnMemory(binary)),
  ) as [WasmModule, WasmModule];
  const product = new Instance(tileModule, { env: { memory }, product: {} }).exports;
  const exports = new Instance(kernelModule, { env: { memory }, product }).exports as Exports;

  const threads = threadsOn(memory);
  const job = allocate(wasm, exports.JOB_BYTES.value);
  exports.createJob(job, threads, Number(threads > 1 && maySleep()));
  const ends: (() => void)[] = [];
  for (let thread = 1; thread < threads; thread++)
    ends.push(startThread({ tile: tileModule, kernels: kernelModule, memory, job, thread }));
  const dispose = backend.dispose.bind(backend);
  backend.dispose = () => {
    for (const end of ends) end();
    dispose();
  };
  const scratch = allocate(wasm, threads * exports.threadScratch());
  const withMemory = <T>(bytes: number, f: (address: Address) => T): T => {
    const address = allocate(wasm, bytes);
    try {
      return f(address);
    } finally {
      wasm._free(address);
    }
  };
  return {
    ...exports,
    threads,
    job,
    scratch,
    writeIntegers(to: Address, values: readonly number[]): void {
      new Int32Array(memory.buffer).set(values, to / Int32Array.BYTES_PER_ELEMENT);
    },
    withMemory,
    withScratch: (bytes, f) =>
      bytes <= exports.threadScratch() ? f(scratch) : withMemory(bytes, f),
  };
}

function allocate(wasm: WasmBackend['wasm'], bytes: number): Address {
  const address = wasm._malloc(bytes) >>> 0; // the binary returns it as a signed number
  if (address === 0) fail('backend', 'wasm', 'memory', 'at most 4 GiB', `${bytes} bytes more`);
  return address;
}

type Binary = Uint8Array<ArrayBuffer>;
let binaries: { readonly tile: Binary; readonly kernels: Binary } | undefined;

function supportedBinaries(): { tile: Binary; kernels: Binary } {
  const [kernels, plain, fused] = [KERNELS, TILE, FUSED_TILE].map(decodeBinary) as [
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

/** Makes a binary's import of memory unshared, by one bit; the binaries declare it as shared. */
function withOwnMemory(shared: Binary): Binary {
  const own = shared.slice();
  const name = [...'memory'].map((character) => character.charCodeAt(0));
  const at = own.findIndex((_, i) => name.every((code, j) => own[i + j] === code));
  own[at + name.length + 1]! &= ~2; // the byte after the kind of the import
  return own;
}
