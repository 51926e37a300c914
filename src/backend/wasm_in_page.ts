import { env } from '@tensorflow/tfjs-core';
import type { KernelBackend } from '@tensorflow/tfjs-core';
import { chooseThreads } from '../kernels/wasm/runtime/threads.js';
import { amongIdleWorkers } from './idle_worker.js';
import type { IdleWorker } from './idle_worker.js';
import type { WasmHost } from './wasm.js';
import { startWasmBy } from './wasm_start.js';
import type { WasmStart } from './wasm_start.js';

/*
 * In a cross-origin isolated page, tfjs starts on memory that threads can share, with eight workers whose
 * program is the text of one of its functions. Minifiers change that text to a program that ends at its
 * first line, and tfjs then waits for ever. Here it starts without any of its own threads; ours work on its
 * memory (kernels/threads).
 */

/** Pages, and their workers, as hosts of the wasm backend. */
export const wasmInPage: WasmHost = {
  advice: 'Serve the three .wasm files of the package and pass their folder as wasmPath.',
  mendsStart: true,
  useThreads({ setThreadsCount }, threads = defaultThreads()) {
    startWasmBy(async (stock) => {
      setThreadsCount(1); // of tfjs's threads, which wait for each other
      chooseThreads(threads);
      if (!(await canShare())) return stock();
      if (threads > 1)
        try {
          return await amongIdleWorkers((makeIdle) => startWith(makeIdle, stock));
        } catch {
          // the binary with threads may be the only one missing
        }
      return onOwnMemory(stock);
    });
  },
};

/** Number of threads beyond which products of training's size gain nothing. */
const MOST_THREADS = 8;

function defaultThreads(): number {
  const { navigator } = globalThis as { navigator?: { hardwareConcurrency?: number } };
  return Math.min(MOST_THREADS, navigator?.hardwareConcurrency ?? 1);
}

const SHARES = 'WASM_HAS_MULTITHREAD_SUPPORT';

/** Tells whether tfjs would start on memory that threads can share. */
async function canShare(): Promise<boolean> {
  const flags = [SHARES, 'WASM_HAS_SIMD_SUPPORT'].map((flag) => env().getAsync(flag));
  return (await Promise.all(flags)).every(Boolean);
}

const POOL = 8; // workers that tfjs makes
const MICROTASKS = 100; // more than it makes them within

/**
 * Starts tfjs with {@link IdleWorker}s. It makes its workers in microtasks of its start; only during these
 * is the host's class replaced, by one that still makes the program's workers: tfjs's come from a `blob:`.
 */
async function startWith(makeIdle: () => IdleWorker, stock: WasmStart): Promise<KernelBackend> {
  const host = globalThis as { Worker?: new (address: unknown, options?: object) => object };
  const before = host.Worker;
  let made = 0;
  host.Worker = new Proxy(before ?? Object, {
    construct(Worker, parameters: unknown[], subclass: () => object): object {
      if (!String(parameters[0]).startsWith('blob:'))
        return Reflect.construct(Worker, parameters, subclass) as object;
      made++;
      return makeIdle();
    },
  });
  try {
    const started = stock();
    for (let i = 0; i < MICROTASKS && made < POOL; i++) await Promise.resolve();
    return started;
  } finally {
    if (before === undefined) delete host.Worker;
    else host.Worker = before;
  }
}

/** Starts tfjs as in a page without isolation. */
async function onOwnMemory(stock: WasmStart): Promise<KernelBackend> {
  env().set(SHARES, false);
  try {
    return await stock();
  } finally {
    env().set(SHARES, true);
  }
}
