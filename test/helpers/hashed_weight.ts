import { tensor } from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { fill } from '../../bench/hash.js';

export const product = (shape: readonly number[]): number =>
  shape.reduce((size, axis) => size * axis, 1);

/** Makes a weight of a residual network as tools/parity/residual_models.py does, by its path. */
export function hashedWeight(path: string, shape: number[], seed: number): Tensor {
  const unit = fill(product(shape), seed, 1);
  const scale = 2 / Math.sqrt(product(shape.slice(0, -1)));
  const value = /(kernel|embeddings)$/.test(path)
    ? unit.map((u) => u * scale)
    : unit.map(path.endsWith('gamma') ? (u) => 1 + 0.4 * u : (u) => 0.2 * u);
  return tensor(value, shape);
}
