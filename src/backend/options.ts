import { checkOptions, fail } from '../internal/check.js';
import { boolean, custom, integer, list, number, oneOf } from '../internal/option_kinds.js';
import { optional, readOptions } from '../internal/read_options.js';
import type { SchemaOf } from '../internal/read_options.js';
import { BACKEND_NAMES } from './backend_names.js';
import type { BackendName } from './backend_names.js';

/** Options of `loadBackend`. */
export interface LoadBackendOptions {
  /**
   * The only backends to try, in this order; it is an error if none of them works. By default every
   * backend of the platform is tried, and one that already holds tensors is kept.
   */
  readonly prefer?: readonly BackendName[];
  /**
   * Location of the wasm backend's binaries in a bundled program: a folder, or the address of each of the
   * three files by name. Not needed in Node.
   */
  readonly wasmPath?: string | Readonly<Record<string, string>>;
  /**
   * Number of threads of the wasm backend, from 1 to 8; by default one per processor available to this
   * process. Results do not depend on it. Pages have one thread unless they are cross-origin isolated. The
   * first start decides.
   */
  readonly threads?: number;
  /**
   * Time limit for a backend to load, to start and to pass its test, each, in milliseconds; a backend that
   * exceeds it is skipped. Default 15,000.
   */
  readonly timeout?: number;
  /** Whether WebGPU may run on a software adapter, which is slower than wasm. Default false. */
  readonly softwareWebGPU?: boolean;
  /** Whether WebGL may run on a software renderer, which is slower than wasm. Default false. */
  readonly softwareWebGL?: boolean;
  /**
   * Imports of the modules of optional backends, for a bundler that must see them, for instance
   * `{ webgl: () => import('@tensorflow/tfjs-backend-webgl') }`.
   */
  readonly modules?: Readonly<Partial<Record<BackendName, () => Promise<unknown>>>>;
}

/** The binary with threads. */
export const THREADED_BINARY = 'tfjs-backend-wasm-threaded-simd.wasm';

/** The three binaries, of which tfjs starts one. */
export const WASM_BINARIES: readonly string[] = [
  'tfjs-backend-wasm.wasm',
  'tfjs-backend-wasm-simd.wasm',
  THREADED_BINARY,
];

/** Refuses misspelt options and values of the wrong kind. */
export function checkLoadBackendOptions(options: LoadBackendOptions): void {
  readOptions<LoadBackendOptions, SchemaOf<LoadBackendOptions>>('loadBackend', options, {
    prefer: optional(list(oneOf(BACKEND_NAMES), { name: 'an array of backend names', min: 1 })),
    wasmPath: optional(custom(checkWasmPath)),
    threads: optional(integer({ min: 1, max: 8 })),
    timeout: optional(number({ above: 0 })),
    softwareWebGPU: optional(boolean()),
    softwareWebGL: optional(boolean()),
    modules: optional(custom(checkModules)),
  });
}

type Modules = NonNullable<LoadBackendOptions['modules']>;

function checkModules(
  where: string,
  parameter: string,
  modules: unknown,
): asserts modules is Modules {
  checkOptions(where, modules, BACKEND_NAMES, parameter);
  for (const [name, load] of Object.entries(modules as Modules))
    if (typeof load !== 'function')
      fail('type', where, `${parameter}.${name}`, 'a function that imports the module', load);
}

type WasmPath = NonNullable<LoadBackendOptions['wasmPath']>;

function checkWasmPath(where: string, parameter: string, path: unknown): asserts path is WasmPath {
  if (typeof path === 'string') return;
  const advice = `It is a folder, or an object with the keys ${WASM_BINARIES.join(', ')}.`;
  if (typeof path !== 'object' || path === null)
    fail('type', where, parameter, 'a string or an object', path, advice);
  const addresses = path as Record<string, unknown>;
  for (const file of WASM_BINARIES)
    if (typeof addresses[file] !== 'string')
      fail('value', where, parameter, 'the address of each file', addresses[file], advice);
}
