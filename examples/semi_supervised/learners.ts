import { mean, tidy } from '@tensorflow/tfjs-core';
import type { Scalar, Tensor, Tensor2D } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { functionalCall } from 'gan-kit/layers';
import { softmaxCrossEntropy } from 'gan-kit/ops';
import {
  adam,
  createSemiSupervisedGAN,
  createSystem,
  ExponentialMovingAverage,
} from 'gan-kit/training';
import type { SemiSupervisedBatch, SemiSupervisedGAN, Step, System } from 'gan-kit/training';
import { FEATURES, generatorNetwork } from './networks.js';

/** A classifier that learns: the semi-supervised GAN, or one of labels alone. */
export interface Learner {
  readonly system: System<SemiSupervisedBatch, object>;
  /** Computes class logits, with averaged weights or the latest ones. */
  classify(samples: Tensor, average: boolean): Tensor2D;
}

/** Adam of the authors for MNIST, which has ε inside of the root. */
const optimizer = () => adam({ learningRate: 3e-3, beta1: 0.5 });
// the authors average over ten thousand steps without warming up, for 180,000 steps
const AVERAGE = { decay: 0.9999, warmUp: true };

/** Makes the GAN around a classifier. */
export const ganLearner = (
  discriminator: LayersModel,
  seed: number,
  divisor: number,
): SemiSupervisedGAN =>
  createSemiSupervisedGAN({
    generator: generatorNetwork(seed, divisor),
    discriminator,
    featureMatching: { layer: FEATURES },
    optimizers: { generator: optimizer(), discriminator: optimizer() },
    latents: 'uniform01',
    ema: AVERAGE,
    seed,
  });

/** Makes a learner that sees the labelled images only. */
export function supervisedLearner(classifier: LayersModel): Learner {
  const optimizers = { classifier: optimizer() };
  const average = new ExponentialMovingAverage(classifier, AVERAGE);
  const system = createSystem({
    name: 'SupervisedClassifier',
    networks: { classifier },
    optimizers,
    components: { average },
    owns: [average],
    check: ({ labelled, labels }: SemiSupervisedBatch) => ({ labelled, labels }),
    step({ labelled, labels }, step: Step<{ labelled: number }>, { classifier: C }) {
      step.minimize([C], optimizers.classifier, () =>
        step.note('labelled', mean<Scalar>(softmaxCrossEntropy({ labels, logits: C(labelled) }))),
      );
      average.update();
    },
  });
  const classify = (samples: Tensor, averaged: boolean): Tensor2D =>
    tidy(() => functionalCall(classifier, averaged ? average.namedWeights : {}, samples));
  return { system, classify };
}
