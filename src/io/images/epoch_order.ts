import type { RandomStream } from '../../internal/random.js';

/**
 * Which item sample n is, where samples are counted over all epochs and each epoch has every item
 * once: a function of n and of the stream's seed.
 */
export function epochOrder(
  stream: RandomStream,
  count: number,
  shuffle: boolean,
): (n: number) => number {
  if (!shuffle) return (n) => n % count;
  let last: { epoch: number; order: Int32Array } | undefined; // remembered, not state
  return (n) => {
    const epoch = Math.floor(n / count);
    if (last?.epoch !== epoch) last = { epoch, order: stream.seek(epoch).permutation(count) };
    return last.order[n % count]!;
  };
}
