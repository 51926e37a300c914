import { mul, sub, tensor, tidy } from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';

/**
 * The origins of a NaN: computed by a processor (x86 sets its sign bit), or written with either sign.
 * Kernels that compare a NaN as an integer treat them differently.
 */
export const NAN_KINDS = ['∞ − ∞', '0 · ∞', 'written, +', 'written, −'] as const;
export type NaNKind = (typeof NAN_KINDS)[number];

const BITS = { 'written, +': 0x7fc00000, 'written, −': 0xffc00000 };

/** Makes a tensor of the values, with a NaN of one kind at some places. */
export function withNaN(kind: NaNKind, values: Float32Array, places: readonly number[]): Tensor {
  const at = (other: number, elsewhere: (x: number) => number) =>
    tensor(values.map((x, i) => (places.includes(i) ? other : elsewhere(x))));
  return tidy(() => {
    const infinite = at(Infinity, (x) => x);
    if (kind === '∞ − ∞')
      return sub(
        infinite,
        at(Infinity, () => 0),
      );
    if (kind === '0 · ∞')
      return mul(
        infinite,
        at(0, () => 1),
      );
    const written = values.slice();
    const bits = new Uint32Array(written.buffer);
    for (const place of places) bits[place] = BITS[kind];
    return tensor(written);
  });
}
