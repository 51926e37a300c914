import { layers } from '@tensorflow/tfjs-layers';
import type { SymbolicTensor } from '@tensorflow/tfjs-layers';
import { upSampling2d } from '../layers/up_sampling_2d.js';
import type { ResidualParts } from './residual_parts.js';
import { chain } from './translation_plan.js';

/** What a block of a generator makes. */
interface UpBlock {
  readonly name: string;
  readonly filters: number;
  readonly interpolation: 'nearest' | 'bilinear';
  /** Whether the first convolution has a bias. */
  readonly hiddenBias: boolean;
}

/**
 * Adds a block that doubles the size: N · ReLU · up · 3×3 · N · ReLU · 3×3, plus up · 1×1 of the input.
 *
 * The 1×1 convolution is done before its input is doubled, where it costs a quarter: both commute, because the
 * weights of the interpolation sum to 1.
 */
export function upBlock(x: SymbolicTensor, block: UpBlock, parts: ResidualParts): SymbolicTensor {
  const { name, filters, interpolation, hiddenBias: useBias } = block;
  const { activated, convolution } = parts;
  const doubled = (of: string) => upSampling2d({ interpolation, name: `${of}_up` });
  const [a, b, skip] = [`${name}_a`, `${name}_b`, `${name}_skip`];
  const hidden = chain(activated(x, a), [doubled(a), convolution(a, filters, 3, { useBias })]);
  const change = chain(activated(hidden, b), [convolution(b, filters, 3)]);
  const kept = chain(x, [convolution(skip, filters, 1), doubled(skip)]);
  return layers.add({ name: `${name}_add` }).apply([change, kept]) as SymbolicTensor;
}
