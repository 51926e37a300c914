import type { Share } from './shared_columns.js';

/** The name and the layout of one weight of a layer in PyTorch. */
export interface WeightRule {
  /** The weight's name in our layer. */
  readonly ours: string;
  /** The weight's name in PyTorch's module, `theta.weight` for one of a module in it. */
  readonly theirs: string;
  /** The order of axes: axis i of our weight is axis `axes[i]` of PyTorch's. */
  readonly axes: readonly number[];
  /** The shape to use for our weight, if it is not the weight's own. */
  readonly shape?: readonly number[];
  /** The shape of PyTorch's entry, if it has several axes in one. */
  readonly flat?: readonly number[];
  /** The columns of PyTorch's entry, if it has other weights beside this one. */
  readonly share?: Share;
}

/** The counterpart of a class of layers in PyTorch. */
export interface LayerRule {
  readonly weights: readonly WeightRule[];
  /** The output axes of our kernel, which give the rows of the matrix in spectral normalization. */
  readonly rows?: readonly number[];
  /**
   * Whether a file may contain the number of batches that a norm has seen; a written state_dict then has it too.
   */
  readonly counts?: boolean;
  /** Entries that are ignored, because nothing here corresponds to them. */
  readonly dropped?: readonly string[];
  /** Whether a spectrally normalized weight has the names of mimicry's own classes. */
  readonly ownSpectralNorm?: boolean;
}

const kernel = (axes: readonly number[]): WeightRule => ({
  ours: 'kernel',
  theirs: 'weight',
  axes,
});
const vector = (ours: string, theirs: string): WeightRule => ({ ours, theirs, axes: [0] });
const BIAS = vector('bias', 'bias');
const AFFINE = [vector('gamma', 'weight'), vector('beta', 'bias')];
const MOMENTS = [vector('moving_mean', 'running_mean'), vector('moving_variance', 'running_var')];
const BATCH: LayerRule = { weights: [...AFFINE, ...MOMENTS], counts: true };
/** The rule of a batch norm without scale and offset. */
export const STATISTICS: LayerRule = { weights: MOMENTS, counts: true };
/** The rule of a table of scales and of offsets, side by side. */
export const CLASS_TABLES: LayerRule = {
  weights: ['gamma', 'beta'].map((ours, index) => ({
    ...{ ours, theirs: 'weight', axes: [0, 1] },
    share: { index, of: 2 },
  })),
};
/** The rule of convolutions: (out, in, kH, kW) becomes [kH, kW, in, out]. */
const CONVOLUTION: LayerRule = { weights: [kernel([2, 3, 1, 0]), BIAS], rows: [3] };
/**
 * The rule of transposed convolutions: (in, out, kH, kW) becomes [kH, kW, out, in], with the same order of axes.
 */
const TRANSPOSED: LayerRule = { weights: [kernel([2, 3, 1, 0]), BIAS], rows: [2] };
/** The rule of dense layers. */
export const DENSE: LayerRule = { weights: [kernel([1, 0]), BIAS], rows: [1] };

/** The rule of a table of vectors. */
export const EMBEDDING: LayerRule = {
  weights: [{ ours: 'embeddings', theirs: 'weight', axes: [0, 1] }],
};

/** A map that a dense layer makes or takes: its height, width and channels. */
interface MapOfDense {
  readonly side: 'output' | 'input';
  readonly map: readonly number[];
  /** The numbers of inputs and outputs. */
  readonly kernel: readonly number[];
}

/** Returns the rule of a dense layer that is a convolution over a whole map. */
export function convolutionRule({ side, map, kernel: [inputs, outputs] }: MapOfDense): LayerRule {
  return side === 'output'
    ? // (in, out, h, w) to [in, h · w · out]; PyTorch cannot have a bias for each place
      { weights: [{ ...kernel([0, 2, 3, 1]), shape: [inputs!, ...map] }] }
    : // (out, in, h, w) to [h · w · in, out]
      { weights: [{ ...kernel([2, 3, 1, 0]), shape: [...map, outputs!] }, BIAS], rows: [3] };
}

/** Returns the rule of a dense layer that is linear in PyTorch, where a map is counted channel by channel. */
export function linearRule({ side, map, kernel: flat }: MapOfDense): LayerRule {
  const [inputs, outputs] = flat as [number, number];
  const transposed = [outputs, inputs];
  return side === 'output'
    ? // (c · h · w, in) to [in, h · w · c]
      {
        weights: [
          { ...kernel([3, 1, 2, 0]), shape: [inputs, ...map], flat: transposed },
          { ...BIAS, axes: [1, 2, 0], shape: map, flat: [outputs] },
        ],
        rows: [1, 2, 3],
      }
    : // (out, c · h · w) to [h · w · c, out]
      {
        weights: [{ ...kernel([2, 3, 1, 0]), shape: [...map, outputs], flat: transposed }, BIAS],
        rows: [3],
      };
}

/** The rule of self-attention: a module with four convolutions of 1×1 in it. */
const ATTENTION: LayerRule = {
  weights: [
    ...['theta', 'phi', 'g', 'o'].map((name) => ({
      ...kernel([2, 3, 1, 0]),
      ...{ ours: `${name}_kernel`, theirs: `${name}.weight` },
    })),
    { ours: 'gamma', theirs: 'gamma', axes: [] },
  ],
  rows: [3],
};

export const BATCHES_TRACKED = 'num_batches_tracked';

/** The rules by class of layer. */
export const LAYER_RULES: Readonly<Record<string, LayerRule>> = {
  Conv2D: CONVOLUTION,
  GanKitConv2D: CONVOLUTION,
  Conv2DTranspose: TRANSPOSED,
  GanKitConv2DTranspose: TRANSPOSED,
  Dense: DENSE,
  GanKitBias: { weights: [BIAS] },
  BatchNormalization: BATCH,
  GanKitBatchNormalization: BATCH,
  GanKitInstanceNormalization: {
    weights: AFFINE,
    // PyTorch before 0.4 stored statistics that it did not use; 0.4.1 and later, which count batches, use them
    dropped: ['running_mean', 'running_var', BATCHES_TRACKED],
  },
  GanKitGroupNormalization: { weights: AFFINE },
  GanKitSelfAttention: ATTENTION,
};

/**
 * The names of a spectrally normalized weight in PyTorch: those of its older function, or those of its newer one.
 */
export type SpectralKeys = 'hook' | 'parametrization';

/** The names of torch.nn.utils.spectral_norm, and of torch.nn.utils.parametrizations.spectral_norm. */
export const SPECTRAL_KEYS: Readonly<
  Record<SpectralKeys, { readonly weight: string; readonly u: string; readonly v: string }>
> = {
  hook: { weight: 'weight_orig', u: 'weight_u', v: 'weight_v' },
  parametrization: {
    weight: 'parametrizations.weight.original',
    u: 'parametrizations.weight.0._u',
    v: 'parametrizations.weight.0._v',
  },
};
