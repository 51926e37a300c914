import { tensor, tidy } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { describe, expect, it } from 'vitest';
import { fill } from '../../bench/hash.js';
import { namedWeights } from '../../src/layers/weights/named_weights.js';
import { progressiveDiscriminator } from '../../src/models/progressive_discriminator.js';
import { progressiveGenerator } from '../../src/models/progressive_generator.js';
import type { ProgressiveOptions } from '../../src/models/progressive_plan.js';
import { createProgressiveGAN } from '../../src/training/systems/progressive_gan.js';
import { BACKENDS, ON_GPU, useBackend } from '../helpers/backends.js';
import { values } from '../helpers/async_tidy.js';
import { floatsOf } from '../helpers/base64.js';
import { fixture } from '../helpers/fixtures.js';

interface Packed {
  readonly name: string;
  readonly shape: number[];
  readonly values: string;
}

/** What tools/parity/progressive_steps.py writes. */
interface Steps {
  readonly networks: ProgressiveOptions;
  readonly latentSize: number;
  readonly options: Record<
    'stableImages' | 'fadeImages' | 'penaltyWeight' | 'target' | 'drift' | 'seed',
    number
  >;
  readonly decay: number;
  readonly batch: number;
  readonly images: number;
  readonly start: Readonly<Record<'generator' | 'discriminator', Packed[]>>;
  readonly steps: {
    readonly stage: number;
    readonly fade: number;
    readonly losses: Record<'discriminator' | 'penalty' | 'drift' | 'generator', number>;
  }[];
  readonly end: Readonly<Record<'generator' | 'discriminator' | 'average', Packed[]>>;
}

function setWeights(model: LayersModel, packed: readonly Packed[]): void {
  const variables = new Map(namedWeights(model).map(({ path, variable }) => [path, variable]));
  tidy(() => {
    for (const one of packed)
      variables.get(one.name)!.write(tensor(floatsOf(one.values), one.shape));
  });
}

describe.each(BACKENDS)('ten steps of Progressive GAN beside float64 on %s', (backend) => {
  it('through a fade and across two stages: losses, weights and their average', async () => {
    await useBackend(backend);
    const reference = fixture<Steps>('progressive_steps');
    const { networks, latentSize, options, decay, batch, start, steps, end } = reference;
    const generator = progressiveGenerator({ ...networks, latentSize });
    const discriminator = progressiveDiscriminator(networks);
    setWeights(generator, start.generator);
    setWeights(discriminator, start.discriminator);
    const gan = createProgressiveGAN({ generator, discriminator, ema: { decay }, ...options });
    const shape = [batch, ...networks.imageShape];
    const size = shape.reduce((product, axis) => product * axis, 1);
    for (const [k, { stage, fade, losses }] of steps.slice(0, ON_GPU ? 4 : undefined).entries()) {
      expect([gan.stage, gan.fade]).toEqual([stage, fade]);
      const real = tensor(fill(size, reference.images + k, 1), shape);
      const ours = await gan.trainStep({ real });
      real.dispose();
      for (const [name, value] of Object.entries(losses))
        expect(ours[name as keyof typeof ours], `${name} of step ${k}`).toBeCloseTo(value, 4);
    }
    if (ON_GPU) return;
    const ends = {
      generator: namedWeights(generator).map(
        ({ path, variable }) => [path, variable.read()] as const,
      ),
      discriminator: namedWeights(discriminator).map(
        ({ path, variable }) => [path, variable.read()] as const,
      ),
      average: Object.entries(gan.ema!.namedWeights),
    };
    for (const [name, weights] of Object.entries(ends)) {
      const received = new Map(weights);
      for (const one of end[name as keyof typeof ends])
        expect(await values(received.get(one.name)!), `${name} ${one.name}`).toBeAllclose(
          floatsOf(one.values),
          {
            rtol: 0,
            atol: 1e-4,
          },
        );
    }
    gan.dispose();
  });
});
