import { Losses } from 'gan-kit';
import { dcganDiscriminator, dcganGenerator } from 'gan-kit/models';
import { adam, createGAN, GradientMonitor } from 'gan-kit/training';
import type { LatentOptimizationOptions } from 'gan-kit/training';
import { PADDED_SIDE as SIDE } from '../mnist/padded.js';
import { Contestant } from '../study/contestant.js';

const LATENTS = 64;
const IMAGE = { imageShape: [SIDE, SIDE, 1] as const, form: 'paper' as const, kernelSize: 5 };

/** The systems by name: the base GAN, LOGAN with its paper's numbers, and with StudioGAN's, whose cost is light. */
export const SYSTEMS: Readonly<Record<string, LatentOptimizationOptions | undefined>> = {
  'sn-dcgan': undefined,
  logan: {},
  'logan-light': { damping: 0.1, regularizer: 0.1 },
};

/** The norms of both players' gradients at some steps. */
export interface Norms {
  readonly step: number[];
  readonly generator: number[];
  readonly discriminator: number[];
}

/** Builds SN-DCGAN of the study with uniform latents, or LOGAN on it; records norms at every `every`-th step. */
export function build(system: string, seed: number, norms: Norms, every = 25): Contestant {
  const monitor = new GradientMonitor({ every, warnAbove: 1e4 });
  const latentOptimization = SYSTEMS[system];
  const gan = createGAN({
    generator: dcganGenerator({ ...IMAGE, filters: 32, latentSize: LATENTS, seed }),
    discriminator: dcganDiscriminator({
      ...{ ...IMAGE, filters: 16, layers: 3, spectralNorm: true, normalization: 'none' },
      seed: seed + 1,
    }),
    ...{ loss: Losses.hinge(), latents: 'uniform', seed, monitor },
    ...(latentOptimization && { latentOptimization }),
    optimizers: {
      generator: adam({ learningRate: 4e-3, beta1: 0, beta2: 0.9 }),
      discriminator: adam({ learningRate: 8e-3, beta1: 0, beta2: 0.9 }),
    },
    ema: { decay: 0.999, warmUp: true },
  });
  const afterStep = async () => {
    const read = await monitor.read();
    if (read === undefined) return;
    norms.step.push(read.step);
    for (const name of ['generator', 'discriminator'] as const)
      norms[name].push(
        Math.hypot(
          ...Object.entries(read.norms)
            .filter(([layer]) => layer.startsWith(`${name}/`))
            .map(([, norm]) => norm),
        ),
      );
  };
  return new Contestant(gan, { latentSize: LATENTS, latents: 'uniform', afterStep });
}
