import { dispose } from '@tensorflow/tfjs-core';
import type { TensorContainer } from '@tensorflow/tfjs-core';
import { isPromise } from '../../internal/brands.js';
import { fail } from '../../internal/check.js';
import type { RunSignal } from './run_signal.js';

/** Where the batches of a run come from. */
export type Batches<Batch> =
  | Iterable<Batch | Promise<Batch>>
  | AsyncIterable<Batch>
  | ((step: number) => Batch | Promise<Batch>);

/** What a source gives: a batch, or nothing if there are no more. */
type Given<Batch> = { readonly batch: Batch } | undefined;

/** A source of batches that one asks step by step. */
export interface BatchSource<Batch> {
  /** Returns the batch of a step; undefined if there are no more, or if the signal came while it waited. */
  next(step: number, signal: RunSignal | undefined): Promise<Given<Batch>>;
  /** Ends an iterable that has not come to its end. */
  close(): Promise<void>;
}

/** Frees the tensors of a batch. */
export const freeBatch = (batch: unknown): void => dispose(batch as TensorContainer);

/**
 * Makes a source of a function or an iterable.
 *
 * @param late Takes a batch that came after the signal.
 */
export function batchSource<Batch>(
  where: string,
  batches: Batches<Batch>,
  late: (batch: Batch) => void,
): BatchSource<Batch> {
  if (typeof batches === 'function') {
    const ask = (step: number): Given<Batch> | Promise<Given<Batch>> => {
      const batch = batches(step);
      return isPromise(batch) ? batch.then((batch) => ({ batch })) : { batch };
    };
    return {
      next: (step, signal) => unlessAborted(ask(step), signal, late),
      close: async () => {},
    };
  }
  const iterator = iteratorOf(where, batches);
  let isOpen = true;
  let isWaiting = false;
  const ask = async (): Promise<Given<Batch>> => {
    isWaiting = true;
    isOpen = false; // an iterator that throws has ended
    const next: IteratorResult<Batch | Promise<Batch>, unknown> = await iterator.next();
    isWaiting = false;
    isOpen = next.done !== true;
    return next.done === true ? undefined : { batch: await next.value };
  };
  return {
    next: (_, signal) => unlessAborted(ask(), signal, late),
    async close() {
      // one that still waits for its batch ends after it, however long that takes
      if (isWaiting) void Promise.resolve(iterator.return?.()).catch(() => undefined);
      else if (isOpen) await iterator.return?.();
    },
  };
}

function iteratorOf<Batch>(
  where: string,
  batches: Iterable<Batch | Promise<Batch>> | AsyncIterable<Batch>,
): Iterator<Batch | Promise<Batch>> | AsyncIterator<Batch> {
  if (typeof batches === 'object' && batches !== null) {
    if (Symbol.asyncIterator in batches) return batches[Symbol.asyncIterator]();
    if (Symbol.iterator in batches) return batches[Symbol.iterator]();
  }
  return fail('type', where, 'batches', 'a function from step to batch, or an iterable', batches);
}

/** Waits for a batch, but no longer than until the signal. */
async function unlessAborted<Batch>(
  asked: Given<Batch> | Promise<Given<Batch>>,
  signal: RunSignal | undefined,
  late: (batch: Batch) => void,
): Promise<Given<Batch>> {
  if (signal === undefined || !isPromise(asked)) return asked;
  const given = asked;
  let stop = (): void => undefined;
  const stopped = new Promise<'stopped'>((resolve) => (stop = () => resolve('stopped')));
  signal.addEventListener('abort', stop);
  if (signal.aborted) stop();
  try {
    const first = await Promise.race([given, stopped]);
    if (first !== 'stopped') return first;
    given.then(
      (one) => one && late(one.batch),
      () => undefined,
    );
    return undefined;
  } finally {
    signal.removeEventListener('abort', stop);
  }
}
