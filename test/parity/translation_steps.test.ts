import { tensor, tidy, transpose } from '@tensorflow/tfjs-core';
import type { Tensor4D } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { describe, expect, it } from 'vitest';
import { loadStateDict } from '../../src/io/pytorch/load_state_dict.js';
import { stateDict } from '../../src/io/pytorch/state_dict.js';
import { patchDiscriminator } from '../../src/models/patch_discriminator.js';
import { resnetGenerator } from '../../src/models/resnet_generator.js';
import { unetGenerator } from '../../src/models/unet_generator.js';
import type { ImagePool } from '../../src/training/history/image_pool.js';
import { adam } from '../../src/training/optimizers/adam.js';
import { createCycleGAN } from '../../src/training/systems/cycle_gan.js';
import { createPix2Pix } from '../../src/training/systems/pix2pix.js';
import { BACKENDS, ON_GPU, useBackend } from '../helpers/backends.js';
import { floatsOf } from '../helpers/base64.js';
import { fixture } from '../helpers/fixtures.js';

interface Packed {
  readonly shape: number[];
  readonly data: string;
}
interface Decision {
  readonly swap: boolean;
  readonly index?: number;
}
interface Steps {
  readonly rate: number;
  readonly lambdas: { a: number; b: number; identity: number; l1: number };
  readonly losses: Record<string, number>[];
  readonly weights: Record<string, Record<string, Packed>>;
  readonly size: number;
  readonly batch: number;
  readonly pool?: { size: number; decisions: Decision[] };
}

/** How far apart losses and weights may be after ten steps, as a part of the greatest. */
const TOLERANCE = 1e-3;

/** A software GPU takes seconds for a step: it makes three, and the weights are not compared. */
const made = <T>(steps: readonly T[]): readonly T[] => (ON_GPU ? steps.slice(0, 3) : steps);

/** The values that tools/parity/translation_steps.py computes. */
function hashed(seed: number, shape: readonly number[]): Float32Array {
  const size = shape.reduce((product, n) => product * n, 1);
  return Float32Array.from({ length: size }, (_, i) => {
    const x = Math.sin(12.9898 * (i + 1) + 78.233 * (seed + 1)) * 43758.5453;
    return 2 * (x - Math.floor(x)) - 1;
  });
}

const imagesOf = (seed: number, { batch, size }: Steps, channels: number): Tensor4D =>
  tidy(() => {
    const shape: [number, number, number, number] = [batch, channels, size, size];
    return transpose<Tensor4D>(tensor(hashed(seed, shape), shape), [0, 2, 3, 1]);
  });

type Architecture = 'resnet' | 'unet' | 'patch';

/** Gives a model the weights that the script began with. */
function fill(
  model: LayersModel,
  architecture: Architecture,
  weights: Record<string, Packed>,
  seed: number,
): void {
  const dict = Object.fromEntries(
    Object.entries(weights).map(([key, { shape }], k) => {
      const isNorm = shape.length === 1 && key.endsWith('weight');
      const data = hashed(100 * seed + k, shape).map((x) => (isNorm ? 1 + 0.1 * x : 0.2 * x));
      return [key, { shape, data }];
    }),
  );
  loadStateDict({ model, stateDict: dict, architecture, strict: false });
}

/** A bias before an instance normalization has no influence: Adam moves it by the sign of rounding errors. */
const hasInfluence = (key: string, keys: readonly string[], normalization: string): boolean =>
  normalization === 'batch' || !key.endsWith('bias') || isFirstOrLast(key, keys);

function isFirstOrLast(key: string, keys: readonly string[]): boolean {
  const biases = keys.filter((one) => one.endsWith('bias'));
  const isGenerator = keys.some((one) => one.includes('conv_block'));
  // of the generator the last convolution has no norm after it, of the discriminator the first neither
  return key === biases.at(-1) || (!isGenerator && key === biases[0]);
}

async function compareWeights(
  model: LayersModel,
  architecture: Architecture,
  expected: Record<string, Packed>,
  normalization: string,
): Promise<number> {
  const dict = await stateDict({ model, architecture });
  const keys = Object.keys(expected);
  let worst = 0;
  for (const [key, { data }] of Object.entries(expected)) {
    if (!hasInfluence(key, keys, normalization)) continue;
    const reference = floatsOf(data);
    const ours = dict[key]!.data;
    let [difference, greatest] = [0, 0];
    reference.forEach((value, i) => {
      difference = Math.max(difference, Math.abs(value - ours[i]!));
      greatest = Math.max(greatest, Math.abs(value));
    });
    worst = Math.max(worst, difference / greatest);
    expect(difference, key).toBeLessThanOrEqual(TOLERANCE * greatest);
  }
  return worst;
}

/** Makes a pool decide as the reference did. */
function guide(pool: ImagePool, next: () => Decision): void {
  Object.assign(pool, {
    choose(): number | undefined {
      const { swap, index } = next();
      return swap ? index : undefined;
    },
  });
}

const close = (ours: number | undefined, theirs: number) =>
  expect(Math.abs(ours! - theirs)).toBeLessThanOrEqual(TOLERANCE * Math.abs(theirs));

describe.each(BACKENDS)('ten steps beside the code of the authors on %s', (backend) => {
  it('of CycleGAN', async () => {
    await useBackend(backend);
    const steps = fixture<Steps>('cyclegan_steps');
    const { size, lambdas, rate, weights } = steps;
    const inputShape = [size, size, 3] as const;
    const [ab, ba] = [0, 1].map(() => resnetGenerator({ inputShape, filters: 3, blocks: 2 }));
    const [a, b] = [0, 1].map(() => patchDiscriminator({ inputShape, filters: 4, layers: 2 }));
    const models = { G_A: ab!, G_B: ba!, D_A: b!, D_B: a! };
    const kinds = { G_A: 'resnet', G_B: 'resnet', D_A: 'patch', D_B: 'patch' } as const;
    const names = Object.keys(models) as (keyof typeof models)[];
    names.forEach((name, k) => fill(models[name], kinds[name], weights[name]!, k + 1));
    const cycle = createCycleGAN({
      generators: { ab: ab!, ba: ba! },
      discriminators: { a: a!, b: b! },
      lambdaCycle: { a: lambdas.a, b: lambdas.b },
      lambdaIdentity: lambdas.identity,
      poolSize: steps.pool!.size,
      optimizers: {
        generators: adam({ learningRate: rate }),
        discriminators: adam({ learningRate: rate }),
      },
    });
    let decision = 0;
    const { decisions } = steps.pool!;
    const next = () => decisions[decision++]!;
    Object.values(cycle.pools).forEach((pool) => guide(pool, next));
    for (const [step, theirs] of made(steps.losses).entries()) {
      const batch = { a: imagesOf(1000 + step, steps, 3), b: imagesOf(2000 + step, steps, 3) };
      const ours = await cycle.trainStep(batch);
      close(ours.generatorAB, theirs['G_A']!);
      close(ours.generatorBA, theirs['G_B']!);
      close(ours.discriminatorB, theirs['D_A']!);
      close(ours.discriminatorA, theirs['D_B']!);
      close(ours.cycleA, theirs['cycle_A']!);
      close(ours.cycleB, theirs['cycle_B']!);
      close(ours.identityB, theirs['idt_A']!);
      close(ours.identityA, theirs['idt_B']!);
    }
    if (ON_GPU) return;
    expect(decision).toBe(decisions.length);
    for (const name of names)
      await compareWeights(models[name], kinds[name], weights[name]!, 'instance');
  }, 120_000);

  it('of pix2pix', async () => {
    await useBackend(backend);
    const steps = fixture<Steps>('pix2pix_steps');
    const { size, lambdas, rate, weights } = steps;
    const generator = unetGenerator({
      ...{
        inputShape: [size, size, 2],
        outputChannels: 3,
        filters: 2,
        downsamplings: 5,
        dropout: 0,
      },
    });
    const discriminator = patchDiscriminator({
      ...{ inputShape: [size, size, 5], filters: 4, layers: 2, normalization: 'batch' },
    });
    fill(generator, 'unet', weights['G']!, 1);
    fill(discriminator, 'patch', weights['D']!, 2);
    const pix2pix = createPix2Pix({
      ...{ generator, discriminator, lambdaL1: lambdas.l1 },
      optimizers: {
        generator: adam({ learningRate: rate }),
        discriminator: adam({ learningRate: rate }),
      },
    });
    for (const [step, theirs] of made(steps.losses).entries()) {
      const batch = { a: imagesOf(1000 + step, steps, 2), b: imagesOf(2000 + step, steps, 3) };
      const ours = await pix2pix.trainStep(batch);
      close(ours.generator, theirs['G_GAN']!);
      close(ours.l1, theirs['G_L1']!);
      close(ours.discriminator, (theirs['D_real']! + theirs['D_fake']!) / 2);
    }
    if (ON_GPU) return;
    await compareWeights(generator, 'unet', weights['G']!, 'batch');
    await compareWeights(discriminator, 'patch', weights['D']!, 'batch');
  }, 120_000);
});
