import type * as WasmPackage from '@tensorflow/tfjs-backend-wasm';
import { env } from '@tensorflow/tfjs-core';
import type { KernelBackend } from '@tensorflow/tfjs-core';
import { chooseThreads } from '../kernels/wasm/runtime/threads.js';
import { amongIdleWorkers } from './idle_worker.js';
import type { IdleWorker } from './idle_worker.js';
import { nodeBuiltin } from './node_builtins.js';
import { THREADED_BINARY } from './options.js';
import { isFile } from './program_files.js';
import type { AddressOf } from './wasm_binaries.js';
import { startWasmBy } from './wasm_start.js';

/*
 * tfjs's wasm package has a binary whose memory threads can share, but starts it only in pages: its worker is an object
 * URL, which Node's workers do not accept. Here that binary is started in Node without any of its own threads, which
 * wait for each other in every product; ours, which do not, work on its memory (kernels/threads).
 */

type WasmModule = Pick<typeof WasmPackage, 'BackendWasm' | 'setThreadsCount'>;

/** The part of the module of Emscripten's glue used here. */
interface Emscripten {
  cwrap(
    name: string,
    returns: string | null,
    takes: readonly string[],
  ): (...args: unknown[]) => unknown;
  tfjs?: Record<string, unknown>;
}
type Factory = (options: object) => Promise<Emscripten>;
type Require = (id: string) => unknown;

const GLUE = 'tfjs-backend-wasm-threaded-simd.js';

/** Number of threads beyond which products of training's size gain nothing. */
const MOST_THREADS = 8;

/** Counts the processors this process may use; returns 1 if it may not ask. */
function processors(): number {
  try {
    return nodeBuiltin<{ availableParallelism: () => number }>('os').availableParallelism();
  } catch {
    return 1;
  }
}

/** Returns the number of processors this process may use, up to eight. */
export const defaultThreads = (): number => Math.min(MOST_THREADS, processors());

/**
 * Makes tfjs's wasm backend start with threads, or as usual if they do not work.
 *
 * @param module The wasm package.
 * @param threads 1 starts it as usual.
 * @param addressOf Returns the address of a binary.
 * @param folderOf Finds the folder of another file of the package.
 */
export function useThreads(
  module: WasmModule,
  threads: number,
  addressOf: AddressOf,
  folderOf: (file: string) => string | undefined,
): void {
  startWasmBy(async (stock) => {
    const simd = await env().getAsync('WASM_HAS_SIMD_SUPPORT');
    const binary = addressOf(THREADED_BINARY);
    // the only binary with threads also has SIMD; Emscripten aborts without a binary
    if (threads > 1 && simd && binary !== undefined && isFile(binary))
      try {
        const folder = folderOf(GLUE) ?? folderOfFile(binary);
        return await startThreaded(module, threads, folder, binary);
      } catch {
        module.setThreadsCount(1);
      }
    checkIsThere(simd ? 'tfjs-backend-wasm-simd.wasm' : 'tfjs-backend-wasm.wasm', addressOf);
    return stock();
  });
}

/** Throws if a binary is missing: tfjs would also log to the console. */
function checkIsThere(file: string, addressOf: AddressOf): void {
  const address = addressOf(file);
  if (address === undefined)
    throw new Error(`no ${file} in the package's folder or beside the program`);
  if (!/^\w{2,}:/.test(address) && !isFile(address)) throw new Error(`no file ${address}`);
}

async function startThreaded(
  { BackendWasm, setThreadsCount }: WasmModule,
  threads: number,
  folder: string,
  binary: string,
): Promise<KernelBackend> {
  const host = globalThis as { Worker?: unknown };
  const before = host.Worker;
  try {
    const glue = inFolder(folder, GLUE);
    const locateFile = (name: string) =>
      name === THREADED_BINARY ? binary : inFolder(folder, name);
    const wasm = await amongIdleWorkers(async (makeIdle) => {
      const factory = evaluate(glue, glueRequire(makeIdle)) as Factory;
      return factory({ locateFile, mainScriptUrlOrBlob: glue });
    });
    wasm.tfjs = {
      init: wasm.cwrap('init', null, []),
      initWithThreadsCount: wasm.cwrap('init_with_threads_count', null, ['number']),
      getThreadsCount: () => 1,
      registerTensor: wasm.cwrap('register_tensor', null, ['number', 'number', 'number']),
      disposeData: wasm.cwrap('dispose_data', null, ['number']),
      dispose: wasm.cwrap('dispose', null, []),
    };
    chooseThreads(threads);
    setThreadsCount(1); // of tfjs's threads, which wait for each other
    return new BackendWasm(wasm as never);
  } finally {
    // the glue makes its workers by a global, and does not remove it
    if (before === undefined) delete host.Worker;
    else host.Worker = before;
  }
}

/** Makes the glue's `require`: Node's modules, but with idle workers and a processor count that is always readable. */
function glueRequire(makeIdle: () => IdleWorker): Require {
  const replaced: Record<string, unknown> = {
    worker_threads: {
      ...nodeBuiltin<object>('worker_threads'),
      Worker: function () {
        return makeIdle();
      },
    },
    os: { cpus: () => Array.from({ length: processors() }) },
  };
  return (id) => replaced[id] ?? nodeBuiltin(id);
}

/** Runs a CommonJS file with a custom `require`. */
function evaluate(file: string, require: Require): unknown {
  const { readFileSync } = nodeBuiltin<{ readFileSync: (file: string, as: string) => string }>(
    'fs',
  );
  const { compileFunction } = nodeBuiltin<{
    compileFunction: (
      code: string,
      parameters: readonly string[],
      options: { filename: string },
    ) => (...values: unknown[]) => void;
  }>('vm');
  const module: { exports: unknown } = { exports: {} };
  const parameters = ['require', 'module', 'exports', '__filename', '__dirname'];
  const run = compileFunction(readFileSync(file, 'utf8'), parameters, { filename: file });
  run(require, module, module.exports, file, folderOfFile(file));
  return module.exports;
}

const folderOfFile = (file: string): string => file.replace(/[/\\]?[^/\\]*$/, '') || '.';

const inFolder = (folder: string, name: string): string =>
  nodeBuiltin<{ join(...parts: string[]): string }>('path').join(folder, name);
