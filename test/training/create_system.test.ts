import {
  add,
  grads,
  mean,
  memory,
  mul,
  ones,
  square,
  sub,
  tensor,
  tidy,
} from '@tensorflow/tfjs-core';
import type { Scalar, Tensor } from '@tensorflow/tfjs-core';
import { input, layers, model, sequential } from '@tensorflow/tfjs-layers';
import type { LayersModel, SymbolicTensor } from '@tensorflow/tfjs-layers';
import { beforeAll, describe, expect, it } from 'vitest';
import { RandomStream } from '../../src/internal/random.js';
import { batchNormalization } from '../../src/layers/normalization/batch_normalization.js';
import { spectralNormalization } from '../../src/layers/spectral/spectral_normalization.js';
import { namedWeights } from '../../src/layers/weights/named_weights.js';
import { initializeWeights } from '../../src/models/initialize_weights.js';
import { createSystem } from '../../src/training/core/create_system.js';
import type { Player } from '../../src/training/core/player.js';
import type { Step } from '../../src/training/core/recipe.js';
import { adam } from '../../src/training/optimizers/adam.js';
import { randomSource } from '../../src/training/random_source.js';
import type { SavedState } from '../../src/types.js';
import { BACKENDS, useBackend } from '../helpers/backends.js';
import { expectGradients } from '../helpers/numeric_gradient.js';
import { weightsOf } from './translation_systems.js';

const normal = (seed: number, shape: number[]): Tensor => new RandomStream(seed).normal(shape);
const distance = (x: Tensor, y: Tensor) => mean<Scalar>(square(sub(x, y)));

/** Two layers of three, with others between them. */
function network(seed: number, ...inner: layers.Layer[]): LayersModel {
  const model = sequential({
    layers: [
      layers.dense({ units: 3, inputShape: [3], name: 'first' }),
      ...inner,
      layers.activation({ activation: 'tanh', name: 'act' }),
      layers.dense({ units: 3, name: 'last' }),
    ],
  });
  initializeWeights(model, { stddev: 0.5, seed });
  return model;
}

interface Losses {
  loss: number;
}

/** A system of one network whose step is `act`. */
function only(model: LayersModel, act: (player: Player, step: Step<Losses>, x: Tensor) => void) {
  return createSystem({
    name: 'Only',
    networks: { model },
    optimizers: { model: adam() },
    step: ({ x }: { x: Tensor }, step: Step<Losses>, { model: player }) => act(player, step, x),
  });
}

/** The players of a step, which stay of use after it. */
async function playerOf(model: LayersModel): Promise<Player> {
  let player: Player | undefined;
  const system = only(model, (one, step, x) => {
    player = one;
    step.note('loss', mean<Scalar>(x));
  });
  await system.trainStep({ x: normal(1, [1, 3]) });
  return player!;
}

/** Chooses the networks of a stage. */
class Growth {
  stage = 0;
  constructor(
    readonly stages: readonly LayersModel[],
    private readonly onGrow: () => void,
  ) {}

  goTo(stage: number): void {
    if (stage === this.stage) return;
    this.stage = stage;
    this.onGrow();
  }

  savepoint() {
    const { stage } = this;
    return { rollback: () => void (this.stage = stage), release: () => undefined };
  }

  async state(): Promise<SavedState> {
    return { values: { stage: this.stage }, arrays: {} };
  }

  async restore({ values }: SavedState): Promise<void> {
    this.goTo(values['stage'] as number);
  }
}

/** Autoencoders that are exchanged for larger ones, which share the first and the last layer. */
function growing(seed: number) {
  const small = network(seed);
  const [first, act, last] = small.layers as [layers.Layer, layers.Layer, layers.Layer];
  const middle = layers.dense({ units: 3, name: 'middle' });
  const large = sequential({ layers: [first, middle, act, last] });
  middle.setWeights([normal(seed, [3, 3]), normal(seed + 1, [3])]);
  const optimizers = { coder: adam({ learningRate: 0.01 }) };
  const growth = new Growth([small, large], () => optimizers.coder.dispose());
  const noise = randomSource({ seed });
  const system = createSystem({
    name: 'Growing',
    networks: () => ({ coder: growth.stages[growth.stage]! }),
    optimizers,
    components: { growth, noise },
    step({ x }: { x: Tensor }, step: Step<Losses>, { coder }) {
      step.minimize([coder], optimizers.coder, () =>
        step.note('loss', distance(x, coder(add(x, noise.normal(x.shape, 0, 0.1))))),
      );
    },
  });
  return { system, growth };
}

describe.each(BACKENDS)('createSystem on %s', (backend) => {
  beforeAll(() => useBackend(backend));

  it('runs a player at other weights, with the gradient that differences have', async () => {
    const model = network(1);
    const D = await playerOf(model);
    const named = namedWeights(model).map(({ path, variable }) => [path, variable] as const);
    const before = await weightsOf(model);
    const x = normal(2, [4, 3]);
    const at = (values: readonly Tensor[]) =>
      D.at(Object.fromEntries(named.map(([path], i) => [path, values[i]!])));
    const L = (player: Player) => distance(player(x), mul(x, 0.3));
    // after one step of descent: the gradient holds second derivatives
    const ahead = (...values: Tensor[]) => {
      const slopes = grads((...w: Tensor[]) => L(at(w)))(values);
      return L(at(values.map((value, i) => sub(value, mul(slopes[i]!, 0.5)))));
    };
    const values = named.map(([, variable]) => variable.read().clone());
    await expectGradients(ahead, values, { rtol: 2e-2, atol: 2e-3 });

    // the weights that are not given are the network's own, and `at` again keeps those that were
    const doubled = D.at({ 'first/kernel': mul(values[0]!, 2) });
    const shifted = doubled.at({ 'last/bias': tensor([1, 1, 1]) });
    const shift = tidy(() => sub(shifted(x), doubled(x)));
    expect(await shift.data()).toBeAllclose(new Float32Array(12).fill(1), { rtol: 1e-5 });
    expect(doubled.name).toBe('model');
    expect(() => D.at({ nowhere: x })).toThrow(
      /model\.at: `weights` must be keyed by paths of weights of model\. Received: "nowhere"/,
    );
    expect(() => D.at({ 'last/bias': x })).toThrow(/must be of shape \[3\]/);
    expect(await weightsOf(model)).toEqual(before);
  });

  it.each<[string, () => layers.Layer]>([
    ["gan-kit's batch normalization", () => batchNormalization({ name: 'norm' })],
    ["tfjs's batch normalization", () => layers.batchNormalization({ name: 'norm' })],
    [
      'spectral normalization',
      () => spectralNormalization({ layer: layers.dense({ units: 3, name: 'norm' }), seed: 1 }),
    ],
  ])('leaves the numbers of %s where they are under still and at', async (_, make) => {
    const model = network(1, make());
    const D = await playerOf(model);
    const x = normal(2, [4, 3]);
    const before = await weightsOf(model);
    tidy(() => void D.still(x));
    tidy(() => void D.at({ 'last/bias': tensor([1, 1, 1]) })(x));
    tidy(() => void D.at({ 'last/bias': tensor([1, 1, 1]) }).still(x));
    expect(await weightsOf(model)).toEqual(before);
    const [own, still] = tidy(() => [D.still(x), D.still(x), D(x)]);
    expect(await still.data()).toEqual(await own.data());
    expect(await weightsOf(model)).not.toEqual(before);
  });

  it('returns the first of several outputs, and all of them when asked', async () => {
    const x = input({ shape: [3] });
    const heads = [2, 4].map(
      (units) => layers.dense({ units, name: `head${units}` }).apply(x) as SymbolicTensor,
    );
    const D = await playerOf(model({ inputs: x, outputs: heads }));
    const samples = normal(2, [5, 3]);
    const [all, moved] = [D.outputs(samples), D.at({ 'head4/bias': ones([4]) }).outputs(samples)];
    expect(all.map(({ shape }) => shape)).toEqual([
      [5, 2],
      [5, 4],
    ]);
    for (const first of [D(samples), D.still(samples), D.at({})(samples), moved[0]!])
      expect(await first.data()).toEqual(await all[0]!.data());
    expect(await sub(moved[1]!, all[1]!).data()).toBeAllclose(new Float32Array(20).fill(1), {
      rtol: 1e-6,
    });
    expect((await playerOf(network(1))).outputs(samples).length).toBe(1);
  });

  it('advances singular vectors once, ahead of the update that would', async () => {
    const make = () => {
      const layer = layers.dense({ units: 3, name: 'norm' });
      return network(1, spectralNormalization({ layer, seed: 1 }));
    };
    const vectors = async (model: LayersModel) =>
      Object.entries(await weightsOf(model)).filter(([path]) => /_[uv]$/.test(path));
    const after = async (act: (player: Player, step: Step<Losses>, update: () => void) => void) => {
      const model = make();
      const optimizer = adam({ learningRate: 0 });
      const system = only(model, (player, step, x) =>
        act(player, step, () =>
          step.minimize([player], optimizer, () => step.note('loss', mean<Scalar>(player(x)))),
        ),
      );
      await system.trainStep({ x: normal(2, [4, 3]) });
      return vectors(model);
    };
    const start = await vectors(make());
    expect(start.length).toBeGreaterThan(0);
    const once = await after((_, __, update) => update());
    expect(once).not.toEqual(start);
    const ahead = await after((player, step, update) => {
      step.advance(player);
      step.advance(player);
      update();
    });
    expect(ahead).toEqual(once);
    // the next update of the same step advances them again
    const twice = await after((player, step, update) => {
      step.advance(player);
      update();
      update();
    });
    expect(twice).not.toEqual(once);
  });

  it('goes on with networks that were exchanged, in a system that is not there yet', async () => {
    const x = normal(2, [4, 3]);
    const whole = growing(1);
    await whole.system.trainStep({ x });
    whole.growth.goTo(1);
    for (let k = 0; k < 3; k++) await whole.system.trainStep({ x });
    const state = await whole.system.state();
    const keys = Object.keys(state.arrays);
    expect(keys).toContain('coder/weights/middle/kernel');
    expect(keys).toContain('optimizer/coder/coder/middle/kernel/m');
    const losses = [await whole.system.trainStep({ x }), await whole.system.trainStep({ x })];

    const early = growing(1);
    await early.system.trainStep({ x });
    for (const { system, growth } of [growing(5), early]) {
      await system.restore(state);
      expect(growth.stage).toBe(1);
      expect(await system.state()).toEqual(state);
      expect([await system.trainStep({ x }), await system.trainStep({ x })]).toEqual(losses);
      expect(await system.state()).toEqual(await whole.system.state());
    }
  });

  it('has one list of weights for an optimizer, whichever of them a step reaches', async () => {
    const inputs = input({ shape: [3] });
    const parts = ['one', 'other'].map((name) => layers.dense({ units: 3, name }));
    const outputs = parts.map((layer) => layer.apply(inputs) as SymbolicTensor);
    const whole = model({ inputs, outputs });
    initializeWeights(whole, { stddev: 0.5, seed: 1 });
    const system = only(whole, (player, step, x) =>
      step.minimize([player], system.optimizers.model, () =>
        step.note('loss', distance(parts[step.index % 2]!.apply(x) as Tensor, x)),
      ),
    );
    const x = normal(4, [4, 3]);
    /** Makes a step, and returns the weights that moved. */
    const moved = async () => {
      const before = await weightsOf(whole);
      await system.trainStep({ x });
      const after = await weightsOf(whole);
      return Object.keys(after).filter((path) => after[path]!.join() !== before[path]!.join());
    };
    expect(await moved()).toEqual(['one/kernel', 'one/bias']);
    expect(await moved()).toEqual(['other/kernel', 'other/bias']);
    expect(await moved()).toEqual(['one/kernel', 'one/bias']);
    const { arrays } = await system.state();
    const moments = Object.keys(arrays).filter((key) => key.startsWith('optimizer/'));
    expect(moments).toHaveLength(2 * 4);
    expect(moments).toContain('optimizer/model/model/other/bias/v');
  });

  it('refuses a step that returns a promise, and undoes what it did before', async () => {
    const model = network(1);
    const late: unknown = async (player: Player, step: Step<Losses>, x: Tensor) => {
      step.minimize([player], system.optimizers.model, () =>
        step.note('loss', mean<Scalar>(player(x))),
      );
    };
    const system = only(model, late as () => void);
    const x = normal(2, [4, 3]);
    const before = await system.state();
    const tensors = memory().numTensors;
    await expect(system.trainStep({ x })).rejects.toThrow(
      /^Only\.trainStep: `step` must be a synchronous function\. Received: "one that returns a promise"/,
    );
    expect(memory().numTensors).toBe(tensors);
    expect(await system.state()).toEqual(before);
  });

  it.each<[string, (x: Tensor) => unknown]>([
    ['a tensor of more numbers', (x) => x],
    ['a number', () => 1],
    ['nothing', () => undefined],
  ])('refuses %s for a loss', async (_, make) => {
    const system = only(network(1), (_, step, x) => void step.note('loss', make(x) as Scalar));
    const x = normal(2, [4, 3]);
    const before = await system.state();
    const tensors = memory().numTensors;
    await expect(system.trainStep({ x })).rejects.toThrow(
      /^Only\.trainStep: `loss` must be (a tensor|of shape \[\])/,
    );
    await expect(system.trainStep({ x }, { read: false })).rejects.toThrow(/`loss` must be/);
    expect(memory().numTensors).toBe(tensors);
    expect(await system.state()).toEqual(before);
  });

  it.each<[string, object, RegExp]>([
    ['no name', { name: '' }, /`recipe.name` must be a string that is not empty/],
    [
      'no networks',
      { networks: {} },
      /`recipe.networks` must be an object with at least one entry/,
    ],
    [
      'a network that is none',
      { networks: { model: 1 } },
      /`recipe.networks.model` must be a LayersModel/,
    ],
    [
      'no optimizer',
      { optimizers: { model: {} } },
      /`recipe.optimizers.model` must be an optimizer/,
    ],
    [
      'a component by a name that is taken',
      { components: { steps: randomSource() } },
      /`recipe.components` must be/,
    ],
    [
      'a component by the name of a network',
      { components: { model: 1 } },
      /`recipe.components` must be/,
    ],
    ['no step', { step: undefined }, /`recipe.step` must be a function/],
    ['a check that is none', { check: 1 }, /`recipe.check` must be a function/],
    ['another word', { steps: 1 }, /Received: "steps"/],
    [
      'an option out of range',
      { options: { powerIteration: 'never' } },
      /`recipe.options.powerIteration`/,
    ],
  ])('refuses a recipe with %s', (_, wrong, message) => {
    const recipe = {
      name: 'Only',
      networks: { model: network(1) },
      optimizers: { model: adam() },
      step: () => undefined,
    };
    expect(() => createSystem({ ...recipe, ...wrong })).toThrow(message);
  });
});

it('a step keeps a tensor of one loss for what follows, and frees it at its end', async () => {
  let kept: Tensor | undefined;
  const system = only(network(1), (player, step, x) => {
    step.minimize([player], system.optimizers.model, () => {
      kept = step.keep(player(x));
      return step.note('loss', distance(kept, x));
    });
    // of the weights before the move, though they have moved
    step.note('loss', sub<Scalar>(distance(kept!, x), step.noted('loss')));
  });
  const x = normal(1, [2, 3]);
  expect(await system.trainStep({ x })).toEqual({ loss: 0 });
  const { numTensors } = memory();
  expect(await system.trainStep({ x })).toEqual({ loss: 0 });
  expect(memory().numTensors).toBe(numTensors);
  expect(kept!.isDisposed).toBe(true);
  system.dispose();
});

it('a step keeps nothing but tensors', async () => {
  const system = only(network(1), (_, step) => {
    step.keep(3 as never);
  });
  await expect(system.trainStep({ x: normal(1, [2, 3]) })).rejects.toThrow(
    /^Only.trainStep: `x` must be a tensor/,
  );
});
