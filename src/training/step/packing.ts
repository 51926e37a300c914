import { getBackend, reshape, stack, transpose, unstack } from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { fail } from '../../internal/check.js';
import type { Takes } from '../core/conditions.js';

/** The sizes of samples, the batch first. */
type Sizes = readonly (number | null)[];

/**
 * Joins each m consecutive rows along the last axis: `[m·n, …, c]` to `[n, …, m·c]`. Place j · c + k of pack i is
 * place k of row m · i + j.
 *
 * **Differentiable:** to any order. Call it inside a tidy.
 *
 * @param x At least a batch and one more axis, the batch divisible by m.
 * @returns A new tensor, or x itself if m is 1.
 *
 * @see Lin et al. 2017, arXiv 1712.04086, section 2
 */
export function pack(x: Tensor, m: number): Tensor {
  if (m === 1) return x;
  const [count, ...sizes] = x.shape as [number, ...number[]];
  const inner = sizes.slice(0, -1);
  const channels = sizes.at(-1)!;
  const shape = [count / m, ...inner, m * channels];
  if (inner.length === 0) return reshape(x, shape);
  const apart = reshape(x, [count / m, m, inner.reduce((a, b) => a * b), channels]);
  // tfjs's transposition is many times as fast as slices on wasm; on webgpu it fails for integers, even cast to floats
  const packs =
    getBackend() === 'webgpu' ? stack(unstack(apart, 1), 2) : transpose(apart, [0, 2, 1, 3]);
  return reshape(packs, shape);
}

/** Returns the shape of packs of m samples. */
export const packedShape = (sample: Sizes, m: number): (number | null)[] =>
  withLast(sample, (size) => size * m);

/** Returns the inputs of a network of packs as they are for one sample. */
export const unpackedInputs = ({ inputs }: Takes, m: number): Takes => ({
  inputs: inputs.map(({ shape }) => ({ shape: withLast(shape, (size) => size / m) })),
});

/** Refuses a batch that cannot be cut into packs of m. */
export function checkPacks(where: string, parameter: string, x: Tensor, m: number): void {
  if (x.shape[0] % m !== 0)
    fail('shape', where, parameter, `a batch whose size ${m}, the packing, divides`, x);
}

const withLast = (shape: Sizes, of: (size: number) => number): (number | null)[] =>
  shape.map((size, axis) => (axis < shape.length - 1 || size === null ? size : of(size)));
