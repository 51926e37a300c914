import { isSharedArrayBuffer } from '../../../internal/brands.js';
import type { WasmMemory, WasmModule } from '../../../internal/web_assembly.js';

/** The data that starts a thread. */
export interface ThreadData {
  readonly tile: WasmModule;
  readonly kernels: WasmModule;
  readonly memory: WasmMemory;
  readonly job: number;
  /** Its number, from 1. */
  readonly thread: number;
}

let chosen = 1;

/** Sets the number of threads of backends started from now on, if they can share memory. */
export function chooseThreads(threads: number): void {
  chosen = threads;
}

/** Tells whether threads can work on a memory. */
export const isShared = ({ buffer }: WasmMemory): boolean => isSharedArrayBuffer(buffer);

/** Tells whether this thread may sleep while waiting for others: that of a page may not. */
export function maySleep(): boolean {
  try {
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 1, 0);
    return true;
  } catch {
    return false;
  }
}

/** Returns the number of threads of a backend on that memory. */
export const threadsOn = (memory: WasmMemory): number => (isShared(memory) ? chosen : 1);

/** The program of a thread: instantiates our modules on the shared memory, and waits for work until it is ended. */
const SERVE = `({ tile, kernels, memory, job, thread }) => {
  const product = new WebAssembly.Instance(tile, { env: { memory } }).exports;
  new WebAssembly.Instance(kernels, { env: { memory }, product }).exports.serve(job, thread);
}`;

interface WorkerLike {
  postMessage(data: ThreadData): void;
  onmessage?: () => void;
  onerror?: () => void;
  terminate(): unknown;
}
interface NodeWorker {
  on(event: 'error', listener: () => void): void;
  unref(): void;
  terminate(): unknown;
}
interface NodeWorkers {
  readonly Worker: new (
    source: string,
    options: { eval: true; execArgv: []; workerData: ThreadData },
  ) => NodeWorker;
}
interface Host {
  readonly process?: { getBuiltinModule?(id: string): unknown };
  readonly Worker?: new (address: string) => WorkerLike;
  readonly Blob: new (parts: readonly string[]) => object;
  readonly URL: { createObjectURL(blob: object): string; revokeObjectURL(address: string): void };
}

const begun: Promise<void>[] = [];

/**
 * Waits until the threads of a page have begun, or failed to. Its workers need turns of the event loop
 * for that, and a program that trains on wasm may take none, as it awaits nothing external.
 */
export async function threadsBegun(): Promise<void> {
  await Promise.all(begun.splice(0));
}

/**
 * Starts a thread, in Node or in a page. Nothing waits for it: others do the work that it has not done
 * in time, all of it if the host allows no threads. Returns a function that ends it.
 */
export function startThread(data: ThreadData): () => void {
  const { process } = globalThis as unknown as Host;
  const node = process?.getBuiltinModule?.('worker_threads') as NodeWorkers | undefined;
  return node === undefined ? startInPage(data) : startInNode(node, data);
}

function startInNode({ Worker }: NodeWorkers, workerData: ThreadData): () => void {
  const source = `(${SERVE})(require('worker_threads').workerData)`;
  // without the program's options, such as --input-type, which do not fit this source
  const worker = ifAllowed(() => new Worker(source, { eval: true, execArgv: [], workerData }));
  worker?.on('error', () => undefined); // an error would end the program
  worker?.unref(); // lets a finished program end
  return () => void worker?.terminate();
}

function startInPage(data: ThreadData): () => void {
  const { Blob, URL, Worker } = globalThis as unknown as Host;
  const address = URL.createObjectURL(
    new Blob([`onmessage = (e) => { postMessage(0); (${SERVE})(e.data) }`]),
  );
  const worker = ifAllowed(() => new Worker!(address));
  if (worker !== undefined) {
    begun.push(new Promise((done) => (worker.onmessage = worker.onerror = done)));
    worker.postMessage(data);
  }
  return () => {
    worker?.terminate();
    URL.revokeObjectURL(address);
  };
}

/** Makes a worker, unless a page's policy or the permissions of a process forbid it. */
function ifAllowed<T>(make: () => T): T | undefined {
  try {
    return make();
  } catch {
    return undefined;
  }
}
