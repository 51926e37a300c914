import type { Optimizer, Tensor } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { checkTensor, fail } from '../../internal/check.js';
import { callback, given, integer, number, oneOf, seed } from '../../internal/option_kinds.js';
import { byType, readOptions } from '../../internal/read_options.js';
import { conditionCount } from '../core/conditions.js';
import { DISTRIBUTIONS } from '../latents.js';
import { adam } from '../optimizers/adam.js';
import { checkModel, shapesFit } from '../step/check_system.js';
import type { AdaGANOptions, WeakGAN } from './ada_gan_options.js';

/** Options after defaults are filled in. */
export type ReadAdaGANOptions = Required<AdaGANOptions>;

/** Reads options; the networks are checked when they are made. */
export function readAdaGANOptions(where: string, options: AdaGANOptions): ReadAdaGANOptions {
  const read = readOptions(where, options, {
    samples: given<Tensor>(),
    gan: callback<AdaGANOptions['gan']>(),
    classifier: callback<AdaGANOptions['classifier']>(),
    classifierOptimizer: callback<(index: number) => Optimizer>({
      default: () => adam({ learningRate: 1e-3 }),
    }),
    ganSteps: integer({ min: 1 }),
    classifierSteps: integer({ min: 1, default: 400 }),
    batchSize: integer({ min: 1, default: 64 }),
    share: byType(
      { number: number({ above: 0, max: 1 }), string: oneOf(['equal']) },
      { name: "'equal' or a number", default: 'equal' },
    ),
    weighting: oneOf(['optimal', 'top', 'uniform'], { default: 'optimal' }),
    latents: oneOf(DISTRIBUTIONS, { default: 'normal' }),
    seed: seed(),
  });
  checkTensor(where, 'samples', read.samples);
  if (read.samples.rank < 2 || read.samples.size === 0)
    fail('shape', where, 'samples', 'at least one sample, [N, …]', read.samples);
  return read;
}

/** Refuses what is no GAN of such samples. */
export function checkWeakGAN(where: string, gan: WeakGAN, { samples }: ReadAdaGANOptions): void {
  const parameter = 'gan()';
  if (typeof gan?.trainStep !== 'function' || gan.networks?.generator === undefined)
    fail('type', where, parameter, 'a system with a generator, such as one of createGAN', gan);
  const { generator } = gan.networks;
  const made = generator.outputs[0]!.shape;
  if (!shapesFit(made, [null, ...samples.shape.slice(1)]))
    fail(
      'shape',
      where,
      parameter,
      `a system of samples [?,${samples.shape.slice(1).join(',')}]`,
      made,
    );
  if (conditionCount(generator) > 0)
    fail(
      'shape',
      where,
      parameter,
      'a system without conditions',
      `${conditionCount(generator)} conditions`,
    );
}

/** Refuses a classifier of other samples, or of more than one logit. */
export function checkClassifier(
  where: string,
  classifier: LayersModel,
  { samples }: ReadAdaGANOptions,
): void {
  const parameter = 'classifier()';
  checkModel(where, parameter, classifier);
  const { shape } = classifier.inputs[0]!;
  if (!shapesFit(shape, [null, ...samples.shape.slice(1)]))
    fail(
      'shape',
      where,
      parameter,
      `a model of samples [?,${samples.shape.slice(1).join(',')}]`,
      shape,
    );
  const logits = classifier.outputs[0]!.shape;
  if (logits.length !== 2 || logits[1] !== 1)
    fail('shape', where, parameter, 'a model of one logit, [batch, 1]', logits);
}
