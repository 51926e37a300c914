import { layers } from '@tensorflow/tfjs-layers';
import type { SymbolicTensor } from '@tensorflow/tfjs-layers';
import { conv2d } from '../layers/conv2d.js';
import { upSampling2d } from '../layers/up_sampling_2d.js';
import { INNERMOST } from './began_plan.js';
import type { BEGANPlan } from './began_plan.js';
import { chain } from './translation_plan.js';

/** Makes a convolution 3×3, and an ELU behind it. */
export const convolution = (name: string, filters: number, strides = 1): layers.Layer[] => [
  conv2d({ name, filters, kernelSize: 3, strides, padding: 'same', kernelInitializer: 'zeros' }),
  layers.elu({ name: `${name}_act` }),
];

/**
 * Decodes vectors to images: a generator, or the second half of an autoencoder.
 *
 * @param stem The word that begins the names of the layers.
 */
export function decode(vector: SymbolicTensor, stem: string, plan: BEGANPlan): SymbolicTensor {
  const { filters, imageShape, sizes, skips } = plan;
  const units = INNERMOST * INNERMOST * filters;
  const targetShape = [INNERMOST, INNERMOST, filters];
  let first = chain(vector, [
    layers.dense({ units, kernelInitializer: 'zeros', name: `${stem}0` }),
    layers.reshape({ targetShape, name: `${stem}0_map` }),
  ]);
  let x = first;
  for (let i = 1; i <= sizes; i++) {
    if (i > 1) {
      x = chain(x, [upSampling2d({ name: `${stem}${i}_up` })]);
      if (skips) {
        first = chain(first, [upSampling2d({ name: `${stem}${i}_first` })]);
        const join = layers.concatenate({ name: `${stem}${i}_skip` });
        x = join.apply([x, first]) as SymbolicTensor;
      }
    }
    x = chain(x, [
      ...convolution(`${stem}${i}_a`, filters),
      ...convolution(`${stem}${i}_b`, filters),
    ]);
  }
  const [image] = convolution(`${stem}_image`, imageShape[2]);
  return chain(x, [image!]);
}
