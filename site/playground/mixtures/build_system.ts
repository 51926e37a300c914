import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { AdversarialLoss, Penalty } from 'gan-kit';
import { adversarialLoss } from 'gan-kit/losses';
import { dragan, GradientPenalty, r1 } from 'gan-kit/penalties';
import {
  adam,
  createGAN,
  createUnrolledGAN,
  ExponentialMovingAverage,
  rmsprop,
} from 'gan-kit/training';
import { functionalCall } from 'gan-kit/layers';
import type { Tensor2D } from '@tensorflow/tfjs-core';
import { LATENTS, network } from '../../../examples/gaussians/networks.js';
import type { Settings } from './settings.js';

/** The step of the unrolled discriminator that the generator looks at. */
const UNROLLED_STEPS = 5;
/** λ of Gulrajani's toys; samples of the plane need no more. */
const PENALTY_WEIGHT = 0.1;
const CLIPPED_AT = 0.1;

/** A system of two networks of the plane. */
export interface PlaneSystem {
  readonly generator: LayersModel;
  readonly discriminator: LayersModel;
  readonly loss: AdversarialLoss;
  /** Makes a step on `batch · packing` points; returns the losses that it has. */
  trainStep(real: Tensor2D): Promise<{ discriminator: number; generator: number | undefined }>;
  /** Samples of the averaged generator; the caller owns them. */
  generate(latents: Tensor2D): Tensor2D;
  dispose(): void;
}

/** Builds the system of the settings. */
export function buildSystem(settings: Settings): PlaneSystem {
  const { seed, packing, normalization, constraint, criticSteps } = settings;
  const first = 20 * seed + 1; // each layer has its own seed, and tfjs ignores a seed of 0
  const generator = network(LATENTS, 2, first, 'none');
  const discriminator = network(2 * packing, 1, first + 10, normalization);
  const loss = adversarialLoss(settings.loss);
  const optimizers = optimizersOf(settings);
  const shared = { generator, discriminator, loss, optimizers, seed };
  const average = new ExponentialMovingAverage(generator, { decay: 0.99, warmUp: true });
  const system =
    settings.system === 'unrolled'
      ? createUnrolledGAN({ ...shared, unrolledSteps: UNROLLED_STEPS })
      : createGAN({
          ...shared,
          packing,
          criticSteps,
          penalty: penaltyOf(settings),
          ...(constraint === 'clipping' && { clipWeights: CLIPPED_AT }),
        });
  return {
    generator,
    discriminator,
    loss,
    async trainStep(real) {
      const { discriminator: ofD, generator: ofG } = await system.trainStep({ real });
      if (ofG !== undefined) average.update();
      return { discriminator: ofD, generator: ofG };
    },
    generate: (latents) => functionalCall(generator, average.namedWeights, latents),
    dispose() {
      system.dispose();
      average.dispose();
      for (const one of [generator, discriminator, ...Object.values(optimizers)]) one.dispose();
    },
  };
}

/** Makes the optimizers: RMSProp for clipped critics, as in the paper of WGAN, else Adam; momentum only without a penalty. */
function optimizersOf({ constraint, loss, generatorRate, discriminatorRate }: Settings) {
  const of = (learningRate: number) => {
    if (constraint === 'clipping') return rmsprop({ learningRate });
    const isCritic = loss === 'wasserstein' || loss === 'hinge';
    return adam({ learningRate, ...(isCritic ? { beta1: 0, beta2: 0.9 } : { beta1: 0.5 }) });
  };
  return { generator: of(generatorRate), discriminator: of(discriminatorRate) };
}

function penaltyOf({ constraint, seed }: Settings): Penalty[] {
  switch (constraint) {
    case 'gradient penalty':
      return [new GradientPenalty({ weight: PENALTY_WEIGHT, seed })];
    case 'one-sided':
      return [new GradientPenalty({ weight: PENALTY_WEIGHT, sided: 'one', seed })];
    case 'DRAGAN':
      return [dragan({ seed })];
    case 'R1':
      return [r1({ gamma: 2 * PENALTY_WEIGHT })];
    default:
      return [];
  }
}
