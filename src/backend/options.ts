import { checkBoolean, checkNumber, checkOneOf, checkOptions, fail } from '../internal/check.js';
import { BACKEND_NAMES } from './backend_names.js';
import type { BackendName } from './backend_names.js';

/** Options of `loadBackend`. */
export interface LoadBackendOptions {
  /**
   * Only these backends, in this order; it is an error if none of them works. By default every
   * backend of the platform is tried, and one that already holds tensors is kept.
   */
  readonly prefer?: readonly BackendName[];
  /**
   * Where a bundled program serves the binaries of the wasm backend: a folder, or the address of
   * each of the three files by its name. Not needed in Node.
   */
  readonly wasmPath?: string | Readonly<Record<string, string>>;
  /**
   * How many threads the wasm backend computes with, from 1 to 8; by default as many as this process may
   * use processors. Results do not depend on it. Pages have one unless they are cross-origin isolated. The
   * first start decides.
   */
  readonly threads?: number;
  /**
   * How long a backend may take to load, to start and to pass its test, each, in milliseconds; one that
   * has not answered by then is skipped. Default 15,000.
   */
  readonly timeout?: number;
  /** Whether WebGPU may run on a software adapter, which is slower than wasm. Default false. */
  readonly softwareWebGPU?: boolean;
  /** Whether WebGL may run on a software renderer, which is slower than wasm. Default false. */
  readonly softwareWebGL?: boolean;
  /**
   * How to import the module of an optional backend where a bundler must see it, for instance
   * `{ webgl: () => import('@tensorflow/tfjs-backend-webgl') }`.
   */
  readonly modules?: Readonly<Partial<Record<BackendName, () => Promise<unknown>>>>;
}

/** The one that computes with threads. */
export const THREADED_BINARY = 'tfjs-backend-wasm-threaded-simd.wasm';

/** The three of which tfjs starts one. */
export const WASM_BINARIES: readonly string[] = [
  'tfjs-backend-wasm.wasm',
  'tfjs-backend-wasm-simd.wasm',
  THREADED_BINARY,
];

const KEYS = [
  'prefer',
  'wasmPath',
  'threads',
  'timeout',
  'softwareWebGPU',
  'softwareWebGL',
  'modules',
];

/** Refuses options that are misspelt or of the wrong kind. */
export function checkLoadBackendOptions(options: LoadBackendOptions): void {
  const where = 'loadBackend';
  checkOptions(where, options, KEYS);
  const { prefer, wasmPath, threads, timeout, softwareWebGPU, softwareWebGL, modules } = options;
  if (prefer !== undefined) {
    if (!Array.isArray(prefer) || prefer.length === 0)
      fail('type', where, 'prefer', 'a list of backend names', prefer);
    for (const name of prefer as unknown[]) checkOneOf(where, 'prefer', name, BACKEND_NAMES);
  }
  if (wasmPath !== undefined) checkWasmPath(where, wasmPath);
  if (threads !== undefined)
    checkNumber(where, 'threads', threads, { integer: true, min: 1, max: 8 });
  if (timeout !== undefined) checkNumber(where, 'timeout', timeout, { above: 0 });
  if (softwareWebGPU !== undefined) checkBoolean(where, 'softwareWebGPU', softwareWebGPU);
  if (softwareWebGL !== undefined) checkBoolean(where, 'softwareWebGL', softwareWebGL);
  if (modules === undefined) return;
  checkOptions(where, modules, BACKEND_NAMES, 'modules');
  for (const [name, load] of Object.entries(modules))
    if (typeof load !== 'function')
      fail('type', where, `modules.${name}`, 'a function that imports the module', load);
}

function checkWasmPath(where: string, path: unknown): void {
  if (typeof path === 'string') return;
  const advice = `It is a folder, or an object with the keys ${WASM_BINARIES.join(', ')}.`;
  if (typeof path !== 'object' || path === null)
    fail('type', where, 'wasmPath', 'a string or an object', path, advice);
  const addresses = path as Record<string, unknown>;
  for (const file of WASM_BINARIES)
    if (typeof addresses[file] !== 'string')
      fail('value', where, 'wasmPath', 'the address of each file', addresses[file], advice);
}
