import { isInt32Array } from '../../internal/brands.js';
import { fail } from '../../internal/check.js';
import { RandomStream } from '../../internal/random.js';

/** Returns the order of N samples: as given, shuffled by a seed, or a given permutation. */
export function sampleOrder(
  where: string,
  count: number,
  {
    seed,
    permutation,
  }: Readonly<Record<'seed', number | undefined>> &
    Readonly<Record<'permutation', Int32Array | undefined>>,
): Int32Array {
  if (permutation === undefined)
    return seed === undefined
      ? Int32Array.from({ length: count }, (_, i) => i)
      : new RandomStream(seed, where).permutation(count);
  if (seed !== undefined)
    fail('value', where, 'options', 'with either `seed` or `permutation`', { seed, permutation });
  const places = isInt32Array(permutation) ? new Set(permutation) : new Set<number>();
  const known = [...places].every((place) => place >= 0 && place < count);
  if (!known || places.size !== count || permutation.length !== count)
    fail(
      'value',
      where,
      'permutation',
      `an Int32Array of 0 … ${count - 1}, each once`,
      permutation,
    );
  return permutation;
}
