import { memory, mean, Optimizer, square, train } from '@tensorflow/tfjs-core';
import type { Scalar, Tensor, Tensor4D, Variable } from '@tensorflow/tfjs-core';
import { constraints, layers, sequential } from '@tensorflow/tfjs-layers';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RandomStream } from '../../src/internal/random.js';
import { hinge } from '../../src/losses/hinge.js';
import { wasserstein } from '../../src/losses/wasserstein.js';
import { initializeWeights } from '../../src/models/initialize_weights.js';
import { loadCheckpoint, saveCheckpoint } from '../../src/node/files/checkpoint_file.js';
import { GradientPenalty } from '../../src/penalties/gradient_penalty.js';
import { ExponentialMovingAverage } from '../../src/training/exponential_moving_average.js';
import { ImagePool } from '../../src/training/history/image_pool.js';
import { adam } from '../../src/training/optimizers/adam.js';
import { checkpointOf } from '../../src/training/state/checkpoint_of.js';
import { createCycleGAN } from '../../src/training/systems/cycle_gan.js';
import { createGAN } from '../../src/training/systems/gan.js';
import type { GANOptions } from '../../src/training/systems/gan_options.js';
import { createPix2Pix } from '../../src/training/systems/pix2pix.js';
import { FASTEST, useBackend } from '../helpers/backends.js';
import { critic, images, translator, weightsOf } from './translation_systems.js';
import type { Shape } from './translation_systems.js';

const A: Shape = [4, 4, 1];
const B: Shape = [4, 4, 2];

let made = 0;
/** Each with other weights, from a seed: tfjs would draw some with which training diverges. */
function mlp(inputs: number, units: number, depth = 1): LayersModel {
  const model = sequential({
    layers: [
      layers.dense({ units: 4, inputShape: [inputs], name: 'first' }),
      ...Array.from({ length: depth - 1 }, (_, i) => layers.dense({ units: 4, name: `mid${i}` })),
      layers.dense({ units, name: 'last' }),
    ],
  });
  initializeWeights(model, { stddev: 0.5, seed: made++ });
  return model;
}

type Options = Partial<GANOptions<Tensor, Optimizer, Optimizer>>;
const gan = (options: Options = {}) =>
  createGAN<Tensor, Optimizer, Optimizer>({
    generator: mlp(3, 2),
    discriminator: mlp(2, 1),
    loss: hinge(),
    ...options,
  });
const real = (k: number) => new RandomStream(9).seek(k).normal([5, 2]);

const folder = mkdtempSync(join(tmpdir(), 'gan-kit-checkpoints-'));
beforeAll(() => useBackend(FASTEST));
afterAll(() => rmSync(folder, { recursive: true }));

/** Systems with all that a state may hold, and a step of each. */
const SYSTEMS = {
  GAN: () => {
    const system = gan({ ema: {}, penalty: new GradientPenalty({ seed: 4 }), seed: 3 });
    return { system, step: (k: number) => system.trainStep({ real: real(k) }) };
  },
  "GAN with tfjs's Adam": () => {
    const optimizers = { generator: train.adam(1e-2), discriminator: train.adam(1e-2) };
    const system = gan({ optimizers });
    return { system, step: (k: number) => system.trainStep({ real: real(k) }) };
  },
  CycleGAN: () => {
    const system = createCycleGAN({
      generators: { ab: translator(A, 2, 1, 0.3), ba: translator(B, 1, 2) },
      discriminators: { a: critic(A, 3, true), b: critic(B, 4) },
      poolSize: 3,
    });
    return {
      system,
      step: (k: number) => system.trainStep({ a: images(1, k, A), b: images(2, k, B) }),
    };
  },
  Pix2Pix: () => {
    const system = createPix2Pix({
      generator: translator(A, 2, 1, 0.3),
      discriminator: critic([4, 4, 3], 3, true),
      poolSize: 3,
    });
    return {
      system,
      step: (k: number) => system.trainStep({ a: images(1, k, A), b: images(2, k, B) }),
    };
  },
};

describe('a checkpoint that is not waited for', () => {
  it.each(Object.keys(SYSTEMS) as (keyof typeof SYSTEMS)[])(
    '%s: is of the step at which it was asked for, whatever is trained meanwhile',
    async (name) => {
      const { system, step } = SYSTEMS[name]();
      for (let k = 0; k < 3; k++) await step(k);
      const then = await system.state();
      const start = memory().numTensors;
      const path = join(folder, 'unawaited.safetensors');
      const extra = { step: 3 };
      const saving = saveCheckpoint(system, path, { extra });
      extra.step = 4;
      const states = [system.state(), saving] as const;
      for (let k = 3; k < 6; k++) await step(k);
      expect(await states[0]).toEqual(then);
      await saving;
      const read = checkpointReader();
      expect(await loadCheckpoint(read, path)).toEqual({ step: 3 });
      expect(read.got).toEqual(then);
      expect(memory().numTensors - start).toBeLessThan(40); // the batches of three steps
    },
  );
});

describe('a disposed system', () => {
  it.each(Object.keys(SYSTEMS) as (keyof typeof SYSTEMS)[])(
    '%s: refuses steps, states and images by its own words',
    async (name) => {
      const { system, step } = SYSTEMS[name]();
      await step(0);
      const state = await system.state();
      system.dispose();
      const a = images(1, 0, A);
      const made = () =>
        'generate' in system
          ? system.generate({ latents: new RandomStream(1).normal([2, 3]) })
          : system.translate({ a, mode: 'inference' });
      const calls = [() => step(1), () => system.state(), () => system.restore(state)];
      for (const call of [...calls, async () => made()])
        await expect(call()).rejects.toThrow(/`this` must be a system that is alive/);
    },
  );
});

/** A component that keeps what it is given. */
const checkpointReader = () => {
  const component = {
    got: undefined as unknown,
    state: async () => ({ values: {}, arrays: {} }),
    restore: async (state: unknown) => void (component.got = state),
  };
  return component;
};

describe("tfjs's optimizers in a system", () => {
  it.each<[string, () => Optimizer]>([
    ['sgd', () => train.sgd(0.02)],
    ['momentum', () => train.momentum(0.02, 0.9)],
    ['adagrad', () => train.adagrad(0.05)],
    ['adadelta', () => train.adadelta(0.01)], // of tfjs; with 0.5 it diverges
    ['rmsprop', () => train.rmsprop(0.01, 0.9, 0.5)],
    ['adam', () => train.adam(0.01, 0.5)],
    ['adamax', () => train.adamax(0.01)],
  ])('%s goes on to the last bit from a checkpoint', async (name, make) => {
    const build = (generator = mlp(3, 2), discriminator = mlp(2, 1)) =>
      gan({ generator, discriminator, optimizers: { generator: make(), discriminator: make() } });
    const [whole, fresh, trained] = [build(), build(), build()];
    for (let k = 0; k < 3; k++) await whole.trainStep({ real: real(k) });
    const path = join(folder, `${name}.safetensors`);
    await saveCheckpoint(whole, path);
    await trained.trainStep({ real: real(7) });
    await loadCheckpoint(fresh, path);
    await loadCheckpoint(trained, path);
    for (let k = 3; k < 6; k++) {
      const losses = await whole.trainStep({ real: real(k) });
      expect(await fresh.trainStep({ real: real(k) })).toEqual(losses);
      expect(await trained.trainStep({ real: real(k) })).toEqual(losses);
    }
    expect(await fresh.state()).toEqual(await whole.state());
    expect(await trained.state()).toEqual(await whole.state());
  });

  it('with nobody knows which moments are refused, with what to do', async () => {
    class Mine extends Optimizer {
      static className = 'Mine';
      override applyGradients(): void {}
      override getConfig() {
        return {};
      }
    }
    const system = gan({ optimizers: { generator: new Mine(), discriminator: adam() } });
    await expect(saveCheckpoint(system, join(folder, 'mine'))).rejects.toThrow(
      /whose moments are known.* Received: "Mine"\.\nExtend SlotOptimizer/,
    );
  });

  it('take a state of the same kind only', async () => {
    const build = (make: () => Optimizer) =>
      gan({ optimizers: { generator: make(), discriminator: make() } });
    const state = await build(() => train.adam(0.01)).state();
    for (const make of [() => train.adagrad(0.01), () => train.adam(0.01, 0.5), adam])
      await expect(build(make).restore(state)).rejects.toThrow(
        /part 'optimizer\/generator'[^]*must be .*, as here/,
      );
  });
});

describe('a checkpoint of another system is refused by name', () => {
  const base = (): Options => ({ criticSteps: 2, loss: wasserstein(), ema: {} });
  it.each<[string, () => Options, RegExp]>([
    [
      'another loss',
      () => ({ ...base(), loss: hinge() }),
      /system: `loss` must be hinge, as here\. Received: "wasserstein"/,
    ],
    [
      'other critic steps',
      () => ({ ...base(), criticSteps: 5 }),
      /`criticSteps` must be 5, as here\. Received: 2/,
    ],
    [
      'no average here',
      () => ({ criticSteps: 2, loss: wasserstein() }),
      /a state without 'ema', which nothing here takes/,
    ],
    [
      'a penalty here',
      () => ({ ...base(), penalty: new GradientPenalty() }),
      /one with 'penalty\/0', which is here/,
    ],
    [
      'a wider layer',
      () => ({ ...base(), generator: mlp(3, 2, 2) }),
      /part 'generator'[^]*layer 'mid0': `kernel` must be present/,
    ],
  ])('%s', async (_, options, message) => {
    const path = join(folder, 'saved.safetensors');
    await saveCheckpoint(gan(base()), path);
    const other = gan(options());
    await other.trainStep({ real: real(0) });
    const before = await other.state();
    const start = memory().numTensors;
    const error: unknown = await loadCheckpoint(other, path).catch((error: unknown) => error);
    expect(error).toMatchObject({
      name: 'GanKitError',
      code: 'state',
      where: 'loadCheckpoint',
      parameter: 'path',
    });
    expect((error as Error).message).toMatch(message);
    expect((error as Error).message).toMatch(
      /^loadCheckpoint: `path` must be a checkpoint of this system\. Received: ".*saved\.safetensors"\.\nGAN\.restore: `state` must/,
    );
    expect(await other.state()).toEqual(before);
    expect(memory().numTensors).toBe(start);
  });

  it('fewer layers here, and layers of another shape, are named by network and layer', async () => {
    const deep = await gan({ discriminator: mlp(2, 1, 2) }).state();
    await expect(gan().restore(deep)).rejects.toThrow(
      /GAN\.restore: .*part 'discriminator'[^]*layer 'mid0': `kernel` must be absent.* Received: "shape \[4,4\]"/,
    );
    await expect(gan({ generator: mlp(5, 2) }).restore(await gan().state())).rejects.toThrow(
      /part 'generator'[^]*layer 'first': `kernel` must be of shape \[5,4\]\. Received: "shape \[3,4\]"/,
    );
  });

  it('another kind of system', async () => {
    const { system } = SYSTEMS.Pix2Pix();
    await expect(system.restore(await gan().state())).rejects.toThrow(/must/);
    await expect(gan().restore(await system.state())).rejects.toThrow(
      /'pool', which nothing here takes/,
    );
  });

  it('but files from before systems had names load', async () => {
    const saved = gan();
    await saved.trainStep({ real: real(0) });
    const { values, arrays } = await saved.state();
    const old = Object.entries(values).filter(([key]) => !key.startsWith('system/'));
    const system = gan();
    await system.restore({ values: Object.fromEntries(old), arrays });
    expect(await system.state()).toEqual({ values, arrays });
  });
});

describe('weights under a constraint', () => {
  it('come back as they were saved: it is not applied once more', async () => {
    const constrained = () =>
      sequential({
        layers: [
          layers.dense({
            name: 'out',
            units: 3,
            inputShape: [2],
            kernelConstraint: constraints.unitNorm({ axis: 0 }),
          }),
        ],
      });
    const saved = gan({ discriminator: constrained() });
    for (let k = 0; k < 3; k++) await saved.trainStep({ real: real(k) });
    const other = gan({ discriminator: constrained() });
    await other.restore(await saved.state());
    expect(await weightsOf(other.networks.discriminator)).toEqual(
      await weightsOf(saved.networks.discriminator),
    );
  });
});

describe('checkpointOf', () => {
  /** A trainer of one's own. */
  const trainer = () => {
    const parts = {
      generator: mlp(3, 2),
      critic: mlp(2, 1),
      ours: adam({ learningRate: 0.01 }),
      theirs: train.adam(0.01),
      pool: new ImagePool({ size: 3 }),
    };
    const ema = new ExponentialMovingAverage(parts.generator);
    const descend = (model: LayersModel, optimizer: Optimizer, x: Tensor) =>
      optimizer.minimize(
        () => mean<Scalar>(square(model.apply(x) as Tensor)),
        false,
        model.trainableWeights.map((weight) => weight.read() as Variable),
      );
    const step = (k: number) => {
      descend(parts.generator, parts.ours, new RandomStream(10).seek(k).normal([5, 3]));
      descend(parts.critic, parts.theirs, real(k));
      ema.update();
      parts.pool.query(images(3, k, A) as Tensor4D).dispose();
    };
    return { whole: checkpointOf({ ...parts, ema }), step };
  };

  it('saves and loads any mix of networks, optimizers and components', async () => {
    const [first, other] = [trainer(), trainer()];
    for (let k = 0; k < 3; k++) first.step(k);
    other.step(9);
    const path = join(folder, 'own.safetensors');
    await saveCheckpoint(first.whole, path, { extra: { step: 3 } });
    expect(await loadCheckpoint(other.whole, path)).toEqual({ step: 3 });
    for (const { step } of [first, other]) [3, 4, 5].forEach(step);
    expect(await other.whole.state()).toEqual(await first.whole.state());
  });

  it('nests, and takes systems', async () => {
    const { system, step } = SYSTEMS.GAN();
    await step(0);
    const nested = checkpointOf({ system, more: checkpointOf({ optimizer: adam() }) });
    const state = await nested.state();
    expect(Object.keys(state.values)).toContain('more/optimizer/step');
    await step(1);
    await nested.restore(state);
    expect(await nested.state()).toEqual(state);
  });

  it('refuses a state of other parts, and stays as it was', async () => {
    const [a, b] = [mlp(3, 2), mlp(3, 2)];
    const component = checkpointOf({ a, b });
    const before = await component.state();
    const state = await checkpointOf({ a: mlp(3, 2), b: mlp(4, 2) }).state();
    await expect(component.restore(state)).rejects.toThrow(
      /checkpointOf\.restore: .*part 'b'[^]*layer 'first'/,
    );
    await expect(checkpointOf({ a }).restore(before)).rejects.toThrow(/without 'b'/);
    await expect(checkpointOf({ a, b, c: mlp(1, 1) }).restore(before)).rejects.toThrow(/with 'c'/);
    expect(await component.state()).toEqual(before);
  });

  it.each<[string, unknown, RegExp]>([
    ['nothing', undefined, /`parts` must be an object of parts by name/],
    ['a component', new RandomStream(1), /`parts` must be an object of parts/],
    ['no parts', {}, /at least one/],
    [
      'a number',
      { step: 3 },
      /`parts\.step` must be .*\. Received: 3\.\nNumbers and words go into/,
    ],
    ['a slash', { 'a/b': new RandomStream(1) }, /without a slash/],
  ])('refuses %s', (_, parts, message) => {
    expect(() => checkpointOf(parts as never)).toThrow(message);
  });
});
