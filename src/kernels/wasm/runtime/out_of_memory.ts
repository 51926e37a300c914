import { engine } from '@tensorflow/tfjs-core';
import type { DataId } from '@tensorflow/tfjs-core';
import { GanKitError, isGanKitError } from '../../../errors.js';
import { memoryOf } from './wasm_backend.js';
import type { WasmBackend } from './wasm_backend.js';

/** The end of Emscripten's heap: one page before 4 GiB. */
const END = 2 ** 32 - 2 ** 16;

/**
 * Bytes that always stay free, in one piece, for allocations inside tfjs's kernels: XNNPACK logs a
 * failed one to the console, and its result is zeros.
 */
const RESERVE = 2 ** 24;

/** Number of recent results among which those of a failed kernel lie. */
const RECENT = 64;

/** Shared by every copy of this library in a program: two copies must not guard the same backend. */
const GUARDED = Symbol.for('gan-kit.guarded-memory');
const OUT_OF_MEMORY = Symbol.for('gan-kit.out-of-memory');

/**
 * Makes a wasm backend throw if its heap is full.
 *
 * Stock tfjs 4.22 takes the 0 that `_malloc` then returns for an address: results are written over
 * the constants of the binary from address 0 on, and every later op ends in `Aborted()` or is wrong.
 * Or it gets a block that ends beyond the heap, or, for 4 GiB and more, one of the remainder. After
 * this call all of these throw, before anything is written; the backend continues to work, and the
 * failed kernel's results are freed.
 *
 * It is safe to call repeatedly.
 *
 * @param backend A wasm backend that has started.
 */
export function guardMemory(backend: WasmBackend): void {
  const { wasm } = backend;
  if (GUARDED in wasm) return;
  Object.defineProperty(wasm, GUARDED, { value: true });
  wasm._free(wasm._malloc(8)); // Emscripten's functions replace themselves at their first call
  const malloc = wasm._malloc.bind(wasm);
  const free = wasm._free.bind(wasm);
  const freeRecent = watchOutputs(backend);
  const sizes = new Map<number, number>();
  let held = 0;
  let isFull = false;

  /** Returns an address, or 0. malloc's blocks may reach beyond the heap's end, and can be freed. */
  const allocate = (bytes: number): number => {
    if (bytes >= END) return 0;
    const address = malloc(bytes) >>> 0; // the binary returns it as a signed number
    if (address + bytes <= memoryOf(wasm).buffer.byteLength) return address;
    free(address);
    return 0;
  };
  /** Tells whether the heap can still grow by the reserve, or has it free. */
  const hasReserve = (): boolean => {
    if (!isFull && END - memoryOf(wasm).buffer.byteLength >= RESERVE) return true;
    const reserve = allocate(RESERVE);
    if (reserve !== 0) free(reserve);
    return reserve !== 0;
  };
  wasm._malloc = (bytes) => {
    const address = allocate(bytes);
    if (address !== 0 && hasReserve()) {
      sizes.set(address, bytes);
      held += bytes;
      return address;
    }
    if (address !== 0) free(address);
    // a machine may refuse to let the heap grow long before its end
    isFull = true;
    const before = held;
    freeRecent();
    throw outOfMemory(bytes, before);
  };
  wasm._free = (address) => {
    held -= sizes.get(address) ?? 0;
    sizes.delete(address);
    free(address);
  };
}

/** Tells whether an error reports a full heap, also one of another copy of this library. */
export const isOutOfMemory = (error: unknown): error is GanKitError =>
  isGanKitError(error) && error.cause === OUT_OF_MEMORY;

function outOfMemory(bytes: number, held: number): GanKitError {
  return new GanKitError(
    'backend',
    'wasm: `memory` must be within the heap, which ends at 4 GiB, or earlier where the machine has no more. ' +
      `Received: a request for ${mebibytes(bytes)} while ${mebibytes(held)} are held.\n` +
      'Use a smaller batch or a lower resolution, dispose of what is no longer needed, ' +
      'or wrap parts of the network in recompute (gan-kit/layers).',
    { cause: OUT_OF_MEMORY, where: 'wasm', parameter: 'memory' },
  );
}

function mebibytes(bytes: number): string {
  const mib = bytes / 2 ** 20;
  return bytes < 2 ** 20
    ? `${bytes} bytes`
    : `${mib.toLocaleString('en', { maximumFractionDigits: 1 })} MiB`;
}

/**
 * Records the latest results of kernels. Returns a function that frees those without a tensor in the
 * engine: a failed kernel had made them, and nothing else would free them.
 */
function watchOutputs(backend: WasmBackend): () => void {
  const makeOutput = backend.makeOutput.bind(backend);
  let recent: DataId[] = [];
  backend.makeOutput = (...args) => {
    const output = makeOutput(...args);
    recent.push(output.dataId);
    if (recent.length > RECENT) recent.shift();
    return output;
  };
  return () => {
    const { tensorInfo } = engine().state;
    for (const dataId of recent) if (!tensorInfo.has(dataId)) backend.disposeData(dataId, true);
    recent = [];
  };
}
