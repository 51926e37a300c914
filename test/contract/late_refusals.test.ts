import { layers, sequential } from '@tensorflow/tfjs-layers';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { hinge } from 'gan-kit/losses';
import * as models from 'gan-kit/models';
import { GradientPenalty } from 'gan-kit/penalties';
import * as training from 'gan-kit/training';
import { beforeAll, describe, expect, it } from 'vitest';
import { FASTEST, useBackend } from '../helpers/backends.js';
import type { Call } from './calls.js';
import { faultsOf, run } from './faults.js';

/** An optimizer, which has no tensors before its first step. */
const adam = () => training.adam();

function network(units: number): LayersModel {
  return sequential({ layers: [layers.dense({ units, inputShape: [2] })] });
}

/** Every option of everything that makes weights: the wrong ones are seen when some of them are there. */
function makers(): Record<string, Call> {
  const common = { filters: 2, normalization: 'instance', stddev: 0.02, seed: 1, name: 'mine' };
  const system = {
    loss: hinge(),
    allowBatchNorm: false,
    optimizers: undefined,
    powerIteration: 'step',
    monitor: new training.GradientMonitor(),
    seed: 1,
  };
  const grown = { imageShape: [8, 8, 1], baseChannels: 8, maxChannels: 2 } as const;
  const table: Record<string, readonly [(args: never) => unknown, object]> = {
    resnetGenerator: [
      models.resnetGenerator,
      {
        ...{ ...common, inputShape: [8, 8, 3], outputShape: [8, 8, 1], blocks: 1 },
        ...{ padding: 'reflect', dropout: 0.5, recompute: true },
      },
    ],
    unetGenerator: [
      models.unetGenerator,
      {
        ...{ ...common, inputShape: [64, 64, 1], outputChannels: 1, filters: 1, downsamplings: 6 },
        ...{ dropout: 0.5, negativeSlope: 0.2 },
      },
    ],
    patchDiscriminator: [
      models.patchDiscriminator,
      { ...common, inputShape: [16, 16, 3], layers: 1, spectralNorm: true, negativeSlope: 0.2 },
    ],
    pixelDiscriminator: [
      models.pixelDiscriminator,
      { ...common, inputShape: [8, 8, 3], spectralNorm: false, negativeSlope: 0.2 },
    ],
    dcganGenerator: [
      models.dcganGenerator,
      {
        ...{ ...common, imageShape: [8, 8, 1], latentSize: 2, spectralNorm: true },
        ...{ form: 'paper', negativeSlope: 0.2, kernelSize: 4 },
      },
    ],
    dcganDiscriminator: [
      models.dcganDiscriminator,
      {
        ...{ ...common, imageShape: [8, 8, 1], layers: 1, normalization: 'batch', dropout: 0.3 },
        ...{ form: 'paper', negativeSlope: 0.2, kernelSize: 4 },
      },
    ],
    progressiveGenerator: [
      models.progressiveGenerator,
      {
        ...{ imageShape: [8, 8, 1], latentSize: 2, baseChannels: 8, maxChannels: 2 },
        ...{ form: 'zoo', seed: 1, name: 'mine' },
      },
    ],
    progressiveDiscriminator: [
      models.progressiveDiscriminator,
      {
        imageShape: [8, 8, 1],
        baseChannels: 8,
        maxChannels: 2,
        form: 'paper',
        seed: 1,
        name: 'mine',
      },
    ],
    createGAN: [
      training.createGAN,
      {
        ...{ ...system, generator: network(2), discriminator: network(1) },
        ...{ penalty: new GradientPenalty(), criticSteps: 1, clipWeights: 1, ema: { decay: 0.9 } },
        ...{ labelFlip: { probability: 0.1 }, instanceNoise: { stddev: 1, decay: 0.9 } },
        ...{ augment: training.diffAugment(), packing: 1, latents: 'normal' },
        optimizers: { generator: adam(), discriminator: adam() },
      },
    ],
    createProgressiveGAN: [
      training.createProgressiveGAN,
      {
        generator: models.progressiveGenerator({ ...grown, latentSize: 2 }),
        discriminator: models.progressiveDiscriminator(grown),
        optimizers: { generator: adam(), discriminator: adam() },
        ...{ growth: 'manual', stableImages: 4, fadeImages: [4], ema: { decay: 0.9 }, seed: 1 },
      },
    ],
    createCycleGAN: [
      training.createCycleGAN,
      {
        ...{ ...system, inputShape: [8, 8, 1], outputShape: [8, 8, 1] },
        generatorOptions: { filters: 1, blocks: 1, name: 'mine' },
        discriminatorOptions: { filters: 1, layers: 1, normalization: 'none' },
        ...{ lambdaCycle: { a: 10, b: 10 }, lambdaIdentity: 0.5, discriminatorWeight: 0.5 },
        penalties: { a: new GradientPenalty(), b: new GradientPenalty() },
        ...{ criticSteps: 1, poolSize: 2 },
        optimizers: { generators: adam(), discriminators: adam() },
      },
    ],
    createPix2Pix: [
      training.createPix2Pix,
      {
        ...{ ...system, inputShape: [8, 8, 1], outputChannels: 1 },
        generatorOptions: { filters: 1, downsamplings: 3, dropout: 0.5 },
        discriminatorOptions: { filters: 1, layers: 1, normalization: 'none' },
        ...{ lambdaL1: 100, poolSize: 2, discriminatorWeight: 0.5, penalty: new GradientPenalty() },
        optimizers: { generator: adam(), discriminator: adam() },
      },
    ],
  };
  return Object.fromEntries(
    Object.entries(table).map(([name, [fn, args]]) => [name, { fn, args: [args] }]),
  );
}

const NAMES = [
  ...['resnetGenerator', 'unetGenerator', 'patchDiscriminator', 'pixelDiscriminator'],
  ...['dcganGenerator', 'dcganDiscriminator', 'progressiveGenerator', 'progressiveDiscriminator'],
  ...['createGAN', 'createProgressiveGAN', 'createCycleGAN', 'createPix2Pix'],
];

/** Right, but of networks as the papers have them, which take seconds. */
const FULL_SIZE =
  /generatorOptions(\.filters)? (undefined|\{\})|generatorOptions and .*swapped|and generatorOptions swapped/;

// the engine counts the tensors, whatever the backend
describe('what makes weights and is refused late leaves none:', () => {
  const table = new Map<string, Call>();
  beforeAll(async () => {
    await useBackend(FASTEST);
    for (const [name, call] of Object.entries(makers())) table.set(name, call);
  });
  it.each(NAMES)('%s', async (name) => {
    const call = table.get(name)!;
    await run(name, call, call.args);
    expect(await faultsOf(name, call, FULL_SIZE)).toEqual([]);
  });
});
