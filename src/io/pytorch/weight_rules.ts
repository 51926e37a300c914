/** How one weight of a layer is named and laid out in PyTorch. */
export interface WeightRule {
  /** The weight's name in our layer. */
  readonly ours: string;
  /** Its name in the module. */
  readonly theirs: string;
  /** Axis i of ours is axis `axes[i]` of theirs. */
  readonly axes: readonly number[];
  /** The shape that ours is taken for, if it is not its own. */
  readonly shape?: readonly number[];
}

/** What a class of layer corresponds to. */
export interface LayerRule {
  readonly weights: readonly WeightRule[];
  /** The axis of our kernel that is the outputs: the rows of the matrix of spectral normalization. */
  readonly rows?: number;
  /** Whether a file may count the batches that a norm has seen; PyTorch then writes it, too. */
  readonly counts?: boolean;
  /** Entries that are passed over: here there is nothing that they could go to. */
  readonly dropped?: readonly string[];
}

const kernel = (axes: readonly number[]): WeightRule => ({
  ours: 'kernel',
  theirs: 'weight',
  axes,
});
const vector = (ours: string, theirs: string): WeightRule => ({ ours, theirs, axes: [0] });
const BIAS = vector('bias', 'bias');
const AFFINE = [vector('gamma', 'weight'), vector('beta', 'bias')];
const BATCH: LayerRule = {
  weights: [
    ...AFFINE,
    vector('moving_mean', 'running_mean'),
    vector('moving_variance', 'running_var'),
  ],
  counts: true,
};
/** (out, in, kH, kW) to [kH, kW, in, out]. */
const CONVOLUTION: LayerRule = { weights: [kernel([2, 3, 1, 0]), BIAS], rows: 3 };
/** (in, out, kH, kW) to [kH, kW, out, in]: the same order of axes. */
const TRANSPOSED: LayerRule = { weights: [kernel([2, 3, 1, 0]), BIAS], rows: 2 };
const DENSE: LayerRule = { weights: [kernel([1, 0]), BIAS], rows: 1 };

/** The rule of a dense layer to or from a map of this height, width and channels. */
export function wholeMapRule(
  side: 'output' | 'input',
  map: readonly number[],
  [inputs, outputs]: readonly number[],
): LayerRule {
  return side === 'output'
    ? // (in, out, h, w) to [in, h · w · out]; a bias for each place PyTorch cannot have
      { weights: [{ ...kernel([0, 2, 3, 1]), shape: [inputs!, ...map] }] }
    : // (out, in, h, w) to [h · w · in, out]
      { weights: [{ ...kernel([2, 3, 1, 0]), shape: [...map, outputs!] }, BIAS], rows: 3 };
}

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
    // PyTorch before 0.4 tracked statistics that it did not use; 0.4.1 and later, which count, use them
    dropped: ['running_mean', 'running_var', BATCHES_TRACKED],
  },
  GanKitGroupNormalization: { weights: AFFINE },
};

/** How PyTorch names a spectrally normalized weight: by its older function, or by its newer one. */
export type SpectralKeys = 'hook' | 'parametrization';

/** torch.nn.utils.spectral_norm, and torch.nn.utils.parametrizations.spectral_norm. */
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
