import { layers } from '@tensorflow/tfjs-layers';
import type { SymbolicTensor } from '@tensorflow/tfjs-layers';
import type { ResidualParts } from './residual_parts.js';
import { chain } from './translation_plan.js';

/** What a block of a discriminator makes. */
interface DownBlock {
  readonly name: string;
  /** Channels of the input. */
  readonly inputs: number;
  /** Channels between the convolutions. */
  readonly hidden: number;
  readonly filters: number;
  /** Whether the size is halved. */
  readonly halved: boolean;
  /** Whether the first convolution has a bias. */
  readonly hiddenBias: boolean;
  /** Whether the sum takes the input as it is, or its positive part. */
  readonly skipInput: 'raw' | 'relu';
}

/**
 * Adds a block N · ReLU · 3×3 · N · ReLU · 3×3 · pool, plus 1×1 · pool of the input; without `halved` nothing is
 * pooled, and without a change of channels either, the input is added as it is.
 *
 * Pooling takes the mean of 2×2 pixels. It commutes with the 1×1 convolution, and is done before it, where the
 * convolution costs a quarter.
 */
export function downBlock(
  x: SymbolicTensor,
  block: DownBlock,
  { activated, convolution }: ResidualParts,
): SymbolicTensor {
  const { name, inputs, filters, halved, hiddenBias: useBias } = block;
  const [a, b, skip] = [`${name}_a`, `${name}_b`, `${name}_skip`];
  const pool = (of: string) => (halved ? [meanPool(of)] : []);
  const positive = activated(x, a);
  const hidden = chain(positive, [convolution(a, block.hidden, 3, { useBias })]);
  const change = chain(activated(hidden, b), [convolution(b, filters, 3), ...pool(b)]);
  const input = block.skipInput === 'raw' ? x : chain(x, [layers.reLU({ name: `${skip}_act` })]);
  const learned = halved || filters !== inputs;
  const kept = chain(input, learned ? [...pool(skip), convolution(skip, filters, 1)] : []);
  return layers.add({ name: `${name}_add` }).apply([change, kept]) as SymbolicTensor;
}

/** Makes the mean of 2×2 pixels behind the layer of this name. */
export const meanPool = (name: string): layers.Layer =>
  layers.averagePooling2d({ poolSize: 2, name: `${name}_pool` });
