import { tensor } from '@tensorflow/tfjs-core';
import type { Tensor, Variable } from '@tensorflow/tfjs-core';
import { input, layers, model } from '@tensorflow/tfjs-layers';
import type { LayersModel, SymbolicTensor } from '@tensorflow/tfjs-layers';
import { beforeAll, describe, expect, it } from 'vitest';
import { RandomStream } from '../../src/internal/random.js';
import { batchNormalization } from '../../src/layers/normalization/batch_normalization.js';
import { SpectralNormalization } from '../../src/layers/spectral/spectral_normalization.js';
import { advancePowerIteration } from '../../src/layers/spectral/spectral_norms.js';
import { nonSaturating } from '../../src/losses/non_saturating.js';
import { wasserstein } from '../../src/losses/wasserstein.js';
import { initializeWeights } from '../../src/models/initialize_weights.js';
import { r1 } from '../../src/penalties/r1.js';
import { sgd } from '../../src/training/optimizers/sgd.js';
import type { LatentOptimizationOptions } from '../../src/training/step/latent_optimization.js';
import { createGAN } from '../../src/training/systems/gan.js';
import type { GANOptions } from '../../src/training/systems/gan_options.js';
import { FASTEST, ON_GPU, useBackend } from '../helpers/backends.js';

type Name = 'generator' | 'discriminator';
type Networks = Readonly<Record<Name, LayersModel>>;
interface Setting {
  readonly networks: Networks;
  readonly latentOptimization: LatentOptimizationOptions;
  readonly options?: Partial<GANOptions>;
  readonly condition?: () => Tensor;
}

const [LATENT, SIZE, COUNT] = [3, 2, 6];
/** Steps long enough to be a large part of the gradient. */
const LONG = { stepSize: 1.5, damping: 0.5, fraction: 0.7, regularizer: 0.4 } as const;

const through = (x: SymbolicTensor, ...all: layers.Layer[]) =>
  all.reduce((y, layer) => layer.apply(y) as SymbolicTensor, x);
const dense = (units: number, name: string) => layers.dense({ units, name });
const tanh = (name: string) => layers.activation({ activation: 'tanh', name });

function seeded(network: LayersModel, seed: number): LayersModel {
  initializeWeights(network, { stddev: 0.7, seed });
  return network;
}

/** Two networks of dense layers. */
function plain(): Networks {
  const of = (inputs: number, outputs: number, seed: number) => {
    const x = input({ shape: [inputs] });
    const y = through(x, dense(5, 'hidden'), tanh('act'), dense(outputs, 'out'));
    return seeded(model({ inputs: x, outputs: y }), seed);
  };
  return { generator: of(LATENT, SIZE, 1), discriminator: of(SIZE, 1, 2) };
}

/**
 * Conditioned networks, a generator whose samples are coupled by batch normalization, and a discriminator of pairs with
 * spectral normalization, whose singular vectors are exact.
 */
function coupled(): Networks {
  const [z, c] = [input({ shape: [LATENT] }), input({ shape: [1] })];
  const [x, d] = [input({ shape: [2 * SIZE] }), input({ shape: [2] })];
  const both = (a: SymbolicTensor, b: SymbolicTensor, name: string) =>
    layers.concatenate({ name }).apply([a, b]) as SymbolicTensor;
  const hidden = through(both(z, c, 'both'), dense(5, 'in'), batchNormalization({ name: 'norm' }));
  const generator = model({
    inputs: [z, c],
    outputs: through(hidden, tanh('act'), dense(SIZE, 'out')),
  });
  const spectral = (units: number, name: string) =>
    new SpectralNormalization({ layer: dense(units, name), name: `${name}/norm` });
  const score = through(both(x, d, 'pair'), spectral(5, 'in'), tanh('act'), spectral(1, 'out'));
  const discriminator = seeded(model({ inputs: [x, d], outputs: score }), 4);
  for (let i = 0; i < 100; i++) advancePowerIteration(discriminator);
  return { generator: seeded(generator, 3), discriminator };
}

/** Makes one step, and returns each player's whole loss. */
async function lossesOf(
  { networks, latentOptimization, options, condition }: Setting,
  rates: Readonly<Record<Name, number>> = { generator: 0, discriminator: 0 },
): Promise<Readonly<Record<Name, number>>> {
  const gan = createGAN({
    ...networks,
    loss: nonSaturating(),
    optimizers: {
      generator: sgd({ learningRate: rates.generator }),
      discriminator: sgd({ learningRate: rates.discriminator }),
    },
    ...{ latentOptimization, seed: 7, ...options },
  });
  const real = new RandomStream(4).normal([COUNT, SIZE]);
  const conditions = condition && { condition: condition() };
  const told = await gan.trainStep({ real, ...conditions });
  gan.dispose();
  const { discriminator, penalty = 0, latentCost, generator, generatorLatentCost } = told;
  expect(Math.min(latentCost!, generatorLatentCost!)).toBeGreaterThan(1e-3);
  return {
    discriminator: discriminator + penalty + latentCost!,
    generator: generator! + generatorLatentCost!,
  };
}

const trained = (network: LayersModel) =>
  network.trainableWeights.map((weight) => weight.read() as Variable);
const valuesOf = (network: LayersModel) =>
  Promise.all(trained(network).map(async (one) => Float64Array.from(await one.data())));

function write(network: LayersModel, values: readonly Float64Array[]): void {
  trained(network).forEach((one, i) => {
    const value = tensor(Float32Array.from(values[i]!), one.shape);
    one.assign(value);
    value.dispose();
  });
}

/** Reads a player's gradient from a step of descent with the rate 1, and moves it back. */
async function gradientOf(setting: Setting, name: Name): Promise<Float64Array[]> {
  const network = setting.networks[name];
  const before = await valuesOf(network);
  await lossesOf(setting, { generator: 0, discriminator: 0, [name]: 1 });
  const after = await valuesOf(network);
  write(network, before);
  return before.map((values, i) => values.map((value, j) => value - after[i]![j]!));
}

const dot = (a: Float64Array, b: Float64Array) => a.reduce((sum, one, i) => sum + one * b[i]!, 0);
const norm = (a: Float64Array) => Math.sqrt(dot(a, a));

/** Computes the difference of fourth order of a player's loss along a direction of its weights. */
async function slopeAlong(setting: Setting, name: Name, way: readonly Float64Array[]) {
  const network = setting.networks[name];
  const before = await valuesOf(network);
  const h = 0.03;
  const at = async (t: number) => {
    write(
      network,
      before.map((values, i) => values.map((value, j) => value + t * way[i]![j]!)),
    );
    return (await lossesOf(setting))[name];
  };
  const near = (await at(h)) - (await at(-h));
  const far = (await at(2 * h)) - (await at(-2 * h));
  write(network, before);
  return (8 * near - far) / (12 * h);
}

/** Compares a player's gradient with differences: along that of each of its weights, and along a random direction. */
async function expectSlopes(setting: Setting, name: Name, gradient: readonly Float64Array[]) {
  const random = new RandomStream(9);
  const drawn = gradient.map(({ length }) => Float64Array.from(random.normalValues(length)));
  const alone = (which: number) =>
    gradient.map((slope, i) => (i === which ? slope : new Float64Array(slope.length)));
  const ways = [drawn, ...gradient.map((_, which) => alone(which))];
  for (const [i, way] of (ON_GPU ? ways.slice(0, 1) : ways).entries()) {
    const length = Math.hypot(...way.map(norm));
    const unit = way.map((values) => values.map((value) => value / length));
    const slope = gradient.reduce((sum, one, j) => sum + dot(one, unit[j]!), 0);
    const size = Math.hypot(...gradient.filter((_, j) => norm(way[j]!) > 0).map(norm));
    if (size < 1e-5) continue; // the bias before batch normalization
    const found = await slopeAlong(setting, name, unit);
    const where = `${name}, direction ${i}: ${found}, not ${slope}, of ${size}`;
    expect(Math.abs(found - slope), where).toBeLessThan(1e-3 * size);
  }
}

const settings: Readonly<Record<string, () => Setting>> = {
  'one natural step': () => ({ networks: plain(), latentOptimization: LONG }),
  'two natural steps of uniform latents, with R1': () => ({
    networks: plain(),
    latentOptimization: { ...LONG, steps: 2 },
    options: { latents: 'uniform', penalty: r1({ gamma: 0.6 }) },
  }),
  'one step of the gradient': () => ({
    networks: plain(),
    latentOptimization: { ...LONG, method: 'gradient' },
    options: { loss: wasserstein() },
  }),
  'two steps of the gradient': () => ({
    networks: plain(),
    latentOptimization: { ...LONG, method: 'gradient', steps: 2, stepSize: 0.8, fraction: 1 },
  }),
  'coupled samples, packs, conditions and spectral normalization': () => ({
    networks: coupled(),
    latentOptimization: LONG,
    options: { packing: 2 },
    condition: () => tensor([0, 1, -1, 1, 0, -1], [COUNT, 1]),
  }),
};

// the ops are right on each backend (gradcheck/repaired_ops); this is about how they are put together
describe.each([FASTEST])('the gradients of latent optimization on %s', (backend) => {
  beforeAll(() => useBackend(backend));

  it.each(Object.keys(settings).slice(0, ON_GPU ? 1 : undefined))(
    'are those that differences of the whole step find: %s',
    async (title) => {
      const setting = settings[title]!();
      for (const name of ['discriminator', 'generator'] as const)
        await expectSlopes(setting, name, await gradientOf(setting, name));
    },
  );

  it('lack the way through Δz where it is stopped', async () => {
    const setting = settings['one natural step']!();
    const stopped = {
      ...setting,
      latentOptimization: { ...LONG, gradient: 'stopped' } as const,
    };
    expect(await lossesOf(stopped)).toEqual(await lossesOf(setting));
    for (const name of ['discriminator', 'generator'] as const) {
      const whole = await gradientOf(setting, name);
      const part = await gradientOf(stopped, name);
      for (const which of [0, 2]) {
        const missing = whole[which]!.map((value, i) => value - part[which]![i]!);
        expect(norm(missing) / norm(whole[which]!), `${name}, ${which}`).toBeGreaterThan(0.05);
      }
    }
  });
});
