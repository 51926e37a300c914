import { env, findBackendFactory, registerBackend, removeBackend } from '@tensorflow/tfjs-core';
import type * as WasmPackage from '@tensorflow/tfjs-backend-wasm';
import type { KernelBackend } from '@tensorflow/tfjs-core';
import { nodeBuiltin } from './node_builtins.js';
import { THREADED_BINARY } from './options.js';

/*
 * tfjs's wasm package has a binary with threads, and starts it in pages alone: in Node its worker is an
 * object URL, which Node's workers do not take. Here the same files are started in Node, each worker
 * from the text that the package has for it.
 */

type WasmModule = Pick<typeof WasmPackage, 'BackendWasm' | 'setThreadsCount'>;

/** What Emscripten's glue makes, as far as it is used here. */
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

interface NodeWorker {
  unref(): void;
}
type WorkerClass = new (source: string, options: { eval: true; execArgv: [] }) => NodeWorker;

const GLUE = 'tfjs-backend-wasm-threaded-simd.js';
const WORKER = 'tfjs-backend-wasm-threaded-simd.worker.js';

/** Emscripten makes so many workers, whatever is asked for. */
const MOST_THREADS = 8;

/**
 * Half of the processors that this process may use, as tfjs has it in pages, and as far as threads can be
 * made for them. Every product waits for all of its threads: one that has to share its processor with
 * another program holds up the others, and more threads are then slower than one.
 */
export function defaultThreads(): number {
  const { availableParallelism } = nodeBuiltin<{ availableParallelism: () => number }>('os');
  return Math.min(MOST_THREADS, Math.max(1, Math.floor(availableParallelism() / 2)));
}

/**
 * Has tfjs's wasm backend start with threads; as it would without this where they do not work.
 *
 * @param module The wasm package.
 * @param threads From 2 on.
 * @param folder Its folder `wasm-out`.
 * @param binary The address of the binary, if it is not there.
 */
export function useThreads(
  module: WasmModule,
  threads: number,
  folder: string,
  binary: string = inFolder(folder, THREADED_BINARY),
): void {
  const stock = findBackendFactory('wasm');
  removeBackend('wasm');
  const start = async (): Promise<KernelBackend> => {
    try {
      // the only binary with threads has SIMD, too; without a binary Emscripten ends in an abort
      const starts = isFile(binary) && (await env().getAsync('WASM_HAS_SIMD_SUPPORT'));
      if (!starts) return stock();
      return await startThreaded(module, threads, folder, binary);
    } catch {
      module.setThreadsCount(1);
      return stock();
    }
  };
  registerBackend('wasm', start, 2); // the priority that the package gives it
}

async function startThreaded(
  { BackendWasm, setThreadsCount }: WasmModule,
  threads: number,
  folder: string,
  binary: string,
): Promise<KernelBackend> {
  const workers: NodeWorker[] = [];
  const require = glueRequire(folder, threads, workers);
  const host = globalThis as { Worker?: unknown };
  const before = host.Worker;
  try {
    const glue = inFolder(folder, GLUE);
    const factory = evaluate(glue, require) as Factory;
    const locateFile = (name: string) =>
      name === THREADED_BINARY ? binary : inFolder(folder, name);
    const wasm = await factory({ locateFile, mainScriptUrlOrBlob: glue });
    wasm.tfjs = {
      init: wasm.cwrap('init', null, []),
      initWithThreadsCount: wasm.cwrap('init_with_threads_count', null, ['number']),
      getThreadsCount: wasm.cwrap('get_threads_count', 'number', []),
      registerTensor: wasm.cwrap('register_tensor', null, ['number', 'number', 'number']),
      disposeData: wasm.cwrap('dispose_data', null, ['number']),
      dispose: wasm.cwrap('dispose', null, []),
    };
    setThreadsCount(threads);
    return new BackendWasm(wasm as never);
  } finally {
    // a program that is done ends, and so does one whose threads did not start
    for (const worker of workers) worker.unref();
    // the glue makes the workers by a global, and leaves it there
    if (before === undefined) delete host.Worker;
    else host.Worker = before;
  }
}

/** What the glue gets from `require`: Node's modules, but workers from text and processors to spare. */
function glueRequire(folder: string, threads: number, workers: NodeWorker[]): Require {
  const { Worker, ...others } = nodeBuiltin<{ Worker: WorkerClass }>('worker_threads');
  const { wasmWorkerContents } = evaluate(inFolder(folder, WORKER), nodeBuiltin) as {
    wasmWorkerContents: string;
  };
  const source = wasmWorkerContents.replaceAll('\n', '\\n'); // line breaks of its string literals
  class PoolWorker extends Worker {
    constructor() {
      // options of the program, such as --input-type, are not for this source
      super(source, { eval: true, execArgv: [] });
      workers.push(this);
    }
  }
  const replaced: Record<string, unknown> = {
    // half of these is the most threads that tfjs allows
    os: { ...nodeBuiltin<object>('os'), cpus: () => new Array<object>(2 * threads) },
    worker_threads: { ...others, Worker: PoolWorker },
  };
  return (id) => replaced[id] ?? nodeBuiltin(id);
}

/** Runs a CommonJS file with a `require` of ours. */
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
  run(require, module, module.exports, file, file.replace(/[/\\][^/\\]*$/, ''));
  return module.exports;
}

const isFile = (path: string): boolean =>
  nodeBuiltin<{ existsSync: (file: string) => boolean }>('fs').existsSync(path);

const inFolder = (folder: string, name: string): string =>
  nodeBuiltin<{ join(...parts: string[]): string }>('path').join(folder, name);
