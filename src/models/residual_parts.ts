import { layers } from '@tensorflow/tfjs-layers';
import type { SymbolicTensor } from '@tensorflow/tfjs-layers';
import { conv2d } from '../layers/conv2d.js';
import { spectralNormalization } from '../layers/spectral/spectral_normalization.js';
import type { NamedWeight } from '../layers/weights/named_weights.js';

type Layer = layers.Layer;

/** What the blocks of a residual network are made of. */
export interface ResidualParts {
  /** Wraps a layer with weights in what `spectralNorm` asks for. */
  readonly wrap: (layer: Layer) => Layer;
  /** Makes what comes before the convolution of this name: the normalization and ReLU. */
  readonly activated: (x: SymbolicTensor, name: string) => SymbolicTensor;
  /** Makes a convolution that keeps the size. */
  readonly convolution: (
    name: string,
    filters: number,
    kernelSize: 1 | 3,
    options?: { readonly useBias?: boolean; readonly inputShape?: number[] },
  ) => Layer;
}

/** The options of {@link residualParts}. */
interface PartsOptions {
  readonly spectralNorm: boolean;
  readonly seed: number;
  /** Makes the normalization before the convolution of a name. */
  readonly normalize: (x: SymbolicTensor, name: string) => SymbolicTensor;
}

/** Makes the parts of a network's blocks. */
export function residualParts({ spectralNorm, seed, normalize }: PartsOptions): ResidualParts {
  const wrap = (layer: Layer): Layer =>
    spectralNorm ? spectralNormalization({ layer, seed, name: layer.name }) : layer;
  return {
    wrap,
    activated: (x, name) =>
      layers.reLU({ name: `${name}_act` }).apply(normalize(x, name)) as SymbolicTensor,
    convolution: (name, filters, kernelSize, options = {}) =>
      wrap(
        conv2d({
          ...{ name, filters, kernelSize, padding: (kernelSize - 1) / 2, ...options },
          kernelInitializer: 'zeros',
        }),
      ),
  };
}

/** Returns the gain of a kernel: √2 for the 3×3 convolutions of blocks, 1 for all others. */
export const residualGain = ({ path }: NamedWeight): number =>
  /^block\d+_[ab]\//.test(path) ? Math.SQRT2 : 1;
