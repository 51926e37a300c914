import { engine } from '@tensorflow/tfjs-core';
import type { BackendName } from './backends.js';
import type { LimitedHeap } from './limited_heap.js';

/** A way to make a backend fail in the middle of a step. */
export interface Failures {
  /** Runs `fn` and returns the number of allocations at which it could have failed. */
  count(fn: () => Promise<unknown>): Promise<number>;
  /** Runs `fn`, which fails after `n` allocations, and returns the error; undefined if there was none. */
  failAfter(n: number, fn: () => Promise<unknown>): Promise<unknown>;
}

let heap: Promise<LimitedHeap> | undefined;

/**
 * Returns a way to make a backend fail. On wasm an allocation gets no memory, and the library's guard against
 * this is active. On other backends a test cannot see allocations, so a kernel or an upload throws. On wasm it
 * must be called before the kernels of gan-kit are installed, and it makes wasm current.
 */
export async function failuresOf(backend: BackendName): Promise<Failures> {
  if (backend !== 'wasm') return ofEngine();
  heap ??= import('./limited_heap.js').then(({ limitHeap }) => limitHeap());
  return ofHeap(await heap);
}

function ofHeap(heap: LimitedHeap): Failures {
  const most = 2 ** 40;
  return {
    async count(fn) {
      heap.grants = most;
      await fn();
      const made = most - heap.grants;
      heap.grants = Infinity;
      return made;
    },
    async failAfter(n, fn) {
      heap.grants = n;
      try {
        return await errorOf(fn);
      } finally {
        heap.grants = Infinity;
      }
    },
  };
}

interface Calls {
  runKernelFunc(...args: unknown[]): unknown;
  makeTensor(...args: unknown[]): unknown;
}

/** Counts the kernels and the uploads that the engine is asked for, and makes one of them throw. */
function ofEngine(): Failures {
  const watched = async <T>(seen: () => void, fn: () => Promise<T>): Promise<T> => {
    const calls = engine() as unknown as Calls;
    for (const name of ['runKernelFunc', 'makeTensor'] as const)
      calls[name] = (...args) => {
        seen();
        return (Object.getPrototypeOf(calls) as Calls)[name].apply(calls, args);
      };
    try {
      return await fn();
    } finally {
      for (const name of ['runKernelFunc', 'makeTensor'] as const)
        delete (calls as Partial<Calls>)[name];
    }
  };
  return {
    async count(fn) {
      let made = 0;
      await watched(() => void made++, fn);
      return made;
    },
    async failAfter(n, fn) {
      let left = n;
      const refuse = () => {
        if (left-- === 0) throw new Error('no memory, says the test');
      };
      return errorOf(() => watched(refuse, fn));
    },
  };
}

const errorOf = (fn: () => Promise<unknown>): Promise<unknown> =>
  fn().then(
    () => undefined,
    (error: unknown) => error,
  );
