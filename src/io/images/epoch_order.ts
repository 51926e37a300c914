import type { RandomStream } from '../../internal/random.js';

/**
 * Makes a function that returns the item of sample n, with samples counted over all epochs. Each epoch has every
 * item once, in an order that depends only on the epoch and the stream's seed.
 */
export function epochOrder(
  stream: RandomStream,
  count: number,
  shuffle: boolean,
): (n: number) => number {
  if (!shuffle) return (n) => n % count;
  let last: { epoch: number; order: Int32Array } | undefined; // a cache, not state
  return (n) => {
    const epoch = Math.floor(n / count);
    if (last?.epoch !== epoch) last = { epoch, order: stream.seek(epoch).permutation(count) };
    return last.order[n % count]!;
  };
}
