import { initializers, layers, sequential } from '@tensorflow/tfjs-layers';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { spectralNormalization, weightNormalization } from 'gan-kit/layers';

/** The length of a latent vector. */
export const LATENTS = 2;
/** The width of the three hidden layers of all networks; the 512 of the paper would take minutes. */
const WIDTH = 64;

/** How the weights of a network are normalized. */
export type WeightNormalization = 'none' | 'spectral' | 'weight';

/** Builds a multi-layer perceptron with He's initialization, as in the code of Gulrajani et al. 2017. */
export function network(
  inputs: number,
  outputs: number,
  seed: number,
  normalization: WeightNormalization,
): LayersModel {
  const sizes = [WIDTH, WIDTH, WIDTH, outputs];
  const dense = sizes.map((units, i) => {
    const layer = layers.dense({
      units,
      kernelInitializer: initializers.heUniform({ seed: seed + i }),
      inputShape: [i === 0 ? inputs : sizes[i - 1]!],
    });
    if (normalization === 'spectral') return spectralNormalization({ layer, seed: seed + i });
    return normalization === 'weight' ? weightNormalization({ layer }) : layer;
  });
  const relus = dense.slice(1).map(() => [layers.reLU()]);
  return sequential({ layers: dense.flatMap((layer, i) => [layer, ...(relus[i] ?? [])]) });
}
