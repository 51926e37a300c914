import type { SymbolicTensor } from '@tensorflow/tfjs-layers';
import { fail } from '../internal/check.js';
import { selfAttention } from '../layers/attention/self_attention.js';
import type { ResidualParts } from './residual_parts.js';

/** Where attention stands in a residual network. */
interface Place {
  /** Height and width of its map; undefined for none. */
  readonly attention: number | undefined;
  /** The sizes of the maps that blocks make. */
  readonly sizes: readonly number[];
}

/**
 * Makes a function that adds self-attention behind a block, if its map is the first one of the wanted size.
 *
 * @throws GanKitError if no block makes a map of that size, or its size is odd.
 */
export function attentionAt(
  where: string,
  { attention, sizes }: Place,
  { wrap }: Pick<ResidualParts, 'wrap'>,
): (x: SymbolicTensor) => SymbolicTensor {
  const even = [...new Set(sizes)].filter((size) => size % 2 === 0);
  if (attention !== undefined && !even.includes(attention))
    fail('value', where, 'attention', `one of ${even.join(', ')}, the sizes of maps`, attention);
  let isPlaced = attention === undefined;
  return (x) => {
    if (isPlaced || x.shape[1] !== attention) return x;
    isPlaced = true;
    const layer = wrap(selfAttention({ name: 'attention', kernelInitializer: 'zeros' }));
    return layer.apply(x) as SymbolicTensor;
  };
}
