import { layers } from '@tensorflow/tfjs-layers';
import type { SymbolicTensor } from '@tensorflow/tfjs-layers';
import { meanPool } from './residual_down_block.js';
import type { ResidualParts } from './residual_parts.js';
import { chain } from './translation_plan.js';

/**
 * Adds the block at the image: 3×3 · ReLU · 3×3 · pool, plus pool · 1×1 of the image. A ReLU before it would throw
 * away half of the pixels' values.
 */
export function firstBlock(
  image: SymbolicTensor,
  { name, filters }: { readonly name: string; readonly filters: number },
  { convolution }: ResidualParts,
): SymbolicTensor {
  const [a, b, skip] = [`${name}_a`, `${name}_b`, `${name}_skip`];
  const change = chain(image, [
    convolution(a, filters, 3),
    layers.reLU({ name: `${b}_act` }),
    convolution(b, filters, 3),
    meanPool(b),
  ]);
  const kept = chain(image, [meanPool(skip), convolution(skip, filters, 1)]);
  return layers.add({ name: `${name}_add` }).apply([change, kept]) as SymbolicTensor;
}
