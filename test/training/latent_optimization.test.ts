import {
  add,
  dispose,
  grad,
  mean,
  memory,
  mul,
  square,
  sum,
  tensor,
  tidy,
} from '@tensorflow/tfjs-core';
import type { Optimizer, Tensor } from '@tensorflow/tfjs-core';
import { input, layers, model } from '@tensorflow/tfjs-layers';
import type { LayersModel, SymbolicTensor } from '@tensorflow/tfjs-layers';
import { beforeAll, describe, expect, it } from 'vitest';
import { enableSecondOrderGradients } from '../../src/gradients/enable_second_order_gradients.js';
import { RandomStream } from '../../src/internal/random.js';
import { dropout } from '../../src/layers/dropout.js';
import { batchNormalization } from '../../src/layers/normalization/batch_normalization.js';
import { spectralNormalization } from '../../src/layers/spectral/spectral_normalization.js';
import { nonSaturating } from '../../src/losses/non_saturating.js';
import { initializeWeights } from '../../src/models/initialize_weights.js';
import { r1 } from '../../src/penalties/r1.js';
import { diffAugment } from '../../src/training/augmentation/diff_augment.js';
import { labelDistribution } from '../../src/training/core/condition_distribution.js';
import { LATENT_OPTIMIZATION, movedLatents } from '../../src/training/step/latent_optimization.js';
import type { LatentOptimizationOptions } from '../../src/training/step/latent_optimization.js';
import { readOptions } from '../../src/internal/read_options.js';
import type { LatentDistribution } from '../../src/training/latents.js';
import { createGAN } from '../../src/training/systems/gan.js';
import type { GAN } from '../../src/training/systems/gan_members.js';
import type { GANOptions } from '../../src/training/systems/gan_options.js';
import { BACKENDS, FASTEST, ON_GPU, useBackend } from '../helpers/backends.js';

type AnyGAN = GAN<Tensor, Optimizer, Optimizer>;

/** Moves latent vectors; returns z' and the cost. */
async function moved(
  options: LatentOptimizationOptions,
  z: Tensor,
  score: (z: Tensor) => Tensor,
  distribution: LatentDistribution = 'normal',
) {
  enableSecondOrderGradients();
  const read = readOptions('movedLatents', options, LATENT_OPTIMIZATION);
  const { at, cost } = tidy(() => {
    const { z: at, terms } = movedLatents(read, z, distribution, score);
    return { at, cost: terms[0]! };
  });
  const result = { z: [...(await at.data())], cost: (await cost.data())[0]! };
  at.dispose();
  cost.dispose();
  return result;
}

/** Solves A x = b by elimination, in float64. */
function solve(a: number[][], b: number[]): number[] {
  const rows = a.map((row, i) => [...row, b[i]!]);
  rows.forEach((pivot, i) => {
    for (const [j, row] of rows.entries())
      if (j !== i) {
        const factor = row[i]! / pivot[i]!;
        row.forEach((_, k) => (row[k]! -= factor * pivot[k]!));
      }
  });
  return rows.map((row, i) => row.at(-1)! / row[i]!);
}

describe.each(BACKENDS)('latent optimization on %s', (backend) => {
  beforeAll(() => useBackend(backend));

  const values = [
    [0.3, -0.8, 0.5],
    [-0.2, 0.9, 0.1],
    [0.7, 0.4, -0.6],
  ];
  const slopes = [2, -1.5, 0.7];
  /** f(z) = Σ a z (1 + z²). */
  const score = (z: Tensor) => {
    const cubed = mul(z, add(square(z), 1));
    return sum(mul(cubed, tensor(slopes)), 1, true);
  };
  const slopeAt = (row: number[]) => row.map((x, k) => slopes[k]! * (1 + 3 * x * x));

  it('steps by α (g gᵀ + β I)⁻¹ g, and costs its square', async () => {
    const z = tensor(values);
    const options = { stepSize: 0.7, damping: 0.3, fraction: 1, regularizer: 10 };
    const ours = await moved(options, z, score);
    const steps = values.map((row) => {
      const g = slopeAt(row);
      const fisher = g.map((a, i) => g.map((b, j) => a * b + (i === j ? options.damping : 0)));
      return solve(fisher, g).map((x) => options.stepSize * x);
    });
    expect(ours.z).toBeAllclose(values.flatMap((row, i) => row.map((x, k) => x + steps[i]![k]!)));
    const cost = steps.flat().reduce((total, x) => total + x * x, 0);
    expect(ours.cost).toBeCloseTo((10 * cost) / 3, 4);
    z.dispose();
  });

  it('steps by α g, of the first rows only, from where the last step ended', async () => {
    const z = tensor(values);
    const options = { method: 'gradient', stepSize: 0.1, fraction: 0.6, regularizer: 1 } as const;
    const ours = await moved({ ...options, steps: 2 }, z, score);
    const expected = values.map((row, i) => {
      if (i === 2) return row; // round(0.6 · 3) rows move
      const next = row.map((x, k) => x + 0.1 * slopeAt(row)[k]!);
      return next.map((x, k) => x + 0.1 * slopeAt(next)[k]!);
    });
    expect(ours.z).toBeAllclose(expected.flat());
    const way = expected.flatMap((row, i) => row.map((x, k) => x - values[i]![k]!));
    expect(ours.cost).toBeCloseTo(way.reduce((total, x) => total + x * x, 0) / 2, 5);
    const least = await moved({ ...options, fraction: 0.01 }, z, score);
    expect(least.z.slice(0, 3)).not.toBeAllclose(values[0]!);
    expect(least.z.slice(3)).toBeAllclose(values.slice(1).flat());
    z.dispose();
  });

  it('clips uniform latents to their range, counts the whole step, and does not clip normal ones', async () => {
    const z = tensor(values);
    const options = { method: 'gradient', stepSize: 1, fraction: 1, regularizer: 3 } as const;
    const free = await moved(options, z, score);
    const clipped = await moved(options, z, score, 'uniform');
    expect(Math.max(...free.z)).toBeGreaterThan(1.2);
    expect(clipped.z).toEqual(free.z.map((x) => Math.fround(Math.min(1, Math.max(-1, x)))));
    expect(clipped.cost).toBe(free.cost);
    const above = await moved(options, z, score, 'uniform01');
    expect(above.z).toEqual(free.z.map((x) => Math.fround(Math.min(1, Math.max(0, x)))));
    z.dispose();
  });

  it('takes the mean of several logits for a sample', async () => {
    const z = tensor(values);
    const options = { fraction: 1 };
    const of = await moved(options, z, (x) => mul(score(x), tensor([[1, 4, 1]])));
    expect(of.z).toBeAllclose((await moved(options, z, (x) => mul(score(x), 2))).z);
    z.dispose();
  });

  it('has the slopes of what moves it, unless they are stopped, and holds no tensor', async () => {
    enableSecondOrderGradients();
    const [z, weight] = [tensor(values), tensor([1.3])];
    const before = memory().numTensors;
    const slope = (gradient: 'through' | 'stopped') => {
      const schema = LATENT_OPTIMIZATION;
      const read = readOptions<LatentOptimizationOptions, typeof schema>('', { gradient }, schema);
      return grad((w: Tensor) => {
        const { z: at, terms } = movedLatents(read, z, 'normal', (x) => mul(score(x), w));
        return add(add(mean(square(at)), terms[0]!), mul(w, 0));
      })(weight);
    };
    const [through, stopped] = [slope('through'), slope('stopped')];
    expect(Math.abs((await through.data())[0]!)).toBeGreaterThan(0.1);
    expect(await stopped.data()).toEqual(Float32Array.of(0));
    dispose([through, stopped]);
    expect(memory().numTensors).toBe(before);
    dispose([z, weight]);
  });
});

const [LATENT, SIZE, COUNT] = [2, 3, 4];
const through = (x: SymbolicTensor, ...all: layers.Layer[]) =>
  all.reduce((y, layer) => layer.apply(y) as SymbolicTensor, x);
const dense = (units: number, name: string) => layers.dense({ units, name });
const tanh = (name: string) => layers.activation({ activation: 'tanh', name });

function seeded(network: LayersModel, seed: number): LayersModel {
  initializeWeights(network, { stddev: 0.7, seed });
  return network;
}

/** A generator with running statistics; of a class, if it is conditional. */
function generator(conditional = false): LayersModel {
  const [z, c] = [input({ shape: [LATENT] }), input({ shape: [1] })];
  const both = () => layers.concatenate({ name: 'both' }).apply([z, c]) as SymbolicTensor;
  const start = through(conditional ? both() : z, dense(4, 'in'));
  const hidden = through(start, batchNormalization({ name: 'norm' }), tanh('act'));
  const outputs = through(hidden, dense(SIZE, 'out'));
  return seeded(model({ inputs: conditional ? [z, c] : z, outputs }), 1);
}

/** A discriminator with singular vectors and masks; of a score and, if there are classes, their logits. */
function discriminator({ classes = 0, packing = 1, rate = 0.3 } = {}): LayersModel {
  const x = input({ shape: [packing * SIZE] });
  const first = spectralNormalization({ layer: dense(5, 'in'), name: 'norm' });
  const hidden = through(x, first, tanh('act'), dropout({ rate, seed: 7 }));
  const heads = [1, ...(classes > 0 ? [classes] : [])];
  const outputs = heads.map((units, i) => through(hidden, dense(units, `out${i}`)));
  return seeded(model({ inputs: x, outputs }), 2);
}

const real = (k: number): Tensor => new RandomStream(50).seek(k).uniform([COUNT, SIZE], -1, 1);

describe.skipIf(ON_GPU)('createGAN with latent optimization', () => {
  beforeAll(() => useBackend(FASTEST));

  const build = (options: Partial<GANOptions> = {}): AnyGAN =>
    createGAN({
      generator: generator(),
      discriminator: discriminator({ rate: 0 }),
      ...{ loss: nonSaturating(), seed: 3, latents: 'uniform' },
      ...options,
    });

  it('is createGAN to the bit where it takes no step: nothing else moves a network or a draw', async () => {
    const options = {
      penalty: r1(),
      labelFlip: { probability: 0.2 },
      instanceNoise: { stddev: 0.1 },
    };
    const still = build({ ...options, latentOptimization: { stepSize: 0 } });
    const plain = build(options);
    for (let k = 0; k < 3; k++) {
      const { latentCost, generatorLatentCost, ...losses } = await still.trainStep({
        real: real(k),
      });
      expect([latentCost, generatorLatentCost]).toEqual([0, 0]);
      expect(losses).toEqual(await plain.trainStep({ real: real(k) }));
    }
    expect(await still.state()).toEqual(await plain.state());
  });

  it("leaves the generator's weights to its own step", async () => {
    const gan = build({ latentOptimization: {}, criticSteps: 2 });
    const read = async (name: 'generator' | 'discriminator') =>
      Promise.all(
        gan.networks[name].trainableWeights.map(async (one) => [...(await one.read().data())]),
      );
    const [G, D] = [await read('generator'), await read('discriminator')];
    const losses = await gan.trainStep({ real: real(0) });
    expect(Object.keys(losses)).toEqual(['discriminator', 'latentCost']);
    expect(await read('generator')).toEqual(G);
    expect(await read('discriminator')).not.toEqual(D);
    expect(await gan.trainStep({ real: real(1) })).toHaveProperty('generatorLatentCost');
    expect(await read('generator')).not.toEqual(G);
  });

  it.each<[string, () => Partial<GANOptions>]>([
    ['packs', () => ({ discriminator: discriminator({ packing: 2, rate: 0 }), packing: 2 })],
    [
      'classes',
      () => ({
        generator: generator(true),
        discriminator: discriminator({ classes: 2, rate: 0 }),
        classifier: {},
        fakeCondition: labelDistribution({ classes: 2 }),
      }),
    ],
  ])('trains otherwise than without, with %s', async (_, make) => {
    const condition = tensor([0, 1, 1, 0], [COUNT, 1]);
    const losses = async (options: Partial<GANOptions>) => {
      const made = make();
      const gan = build({ ...made, ...options });
      const batch = { real: real(0), ...(made.classifier && { condition }) };
      return { ...(await gan.trainStep(batch)) } as Record<string, number>;
    };
    const { latentCost, generatorLatentCost, ...ours } = await losses({
      latentOptimization: { damping: 0.1 },
    });
    const plain = await losses({});
    expect(Object.keys(ours)).toEqual(Object.keys(plain));
    for (const name of ['discriminator', 'generator'])
      expect(Math.abs(ours[name]! - plain[name]!)).toBeGreaterThan(1e-3);
    expect(Math.min(latentCost!, generatorLatentCost!)).toBeGreaterThan(0);
  });

  it.each([
    [{ method: 'newton' }, /createGAN: `latentOptimization.method` must be .*natural.*gradient/],
    [{ stepSize: -1 }, /createGAN: `latentOptimization.stepSize` must be .*>= 0/],
    [{ damping: 0 }, /createGAN: `latentOptimization.damping` must be .*> 0/],
    [{ steps: 0 }, /createGAN: `latentOptimization.steps` must be .*>= 1/],
    [{ steps: 1.5 }, /createGAN: `latentOptimization.steps` must be .*integer/],
    [{ fraction: 0 }, /createGAN: `latentOptimization.fraction` must be .*> 0/],
    [{ fraction: 1.1 }, /createGAN: `latentOptimization.fraction` must be .*<= 1/],
    [{ regularizer: -1 }, /createGAN: `latentOptimization.regularizer` must be .*>= 0/],
    [{ gradient: 'none' }, /createGAN: `latentOptimization.gradient` must be .*through.*stopped/],
    [{ rate: 1 }, /createGAN: `latentOptimization`.*keys.*Received: "rate"/],
  ])('refuses %j', (latentOptimization, message) => {
    expect(() => build({ latentOptimization: latentOptimization as object })).toThrow(message);
  });

  it('refuses an augmentation, which f does not see', () => {
    expect(() => build({ latentOptimization: {}, augment: diffAugment() })).toThrow(
      /createGAN: `augment` must be omitted if latentOptimization is given/,
    );
  });
});
