import { memory, ones, square, sum, train as stock, variable } from '@tensorflow/tfjs-core';
import type { NamedTensorMap, Optimizer, Scalar, Tensor, Variable } from '@tensorflow/tfjs-core';
import { layers, sequential } from '@tensorflow/tfjs-layers';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { beforeAll, describe, expect, it } from 'vitest';
import { initializeWeights } from '../../src/models/initialize_weights.js';
import { adam } from '../../src/training/optimizers/adam.js';
import { sgd } from '../../src/training/optimizers/sgd.js';
import { checkpointOf } from '../../src/training/state/checkpoint_of.js';
import { optimizerComponent } from '../../src/training/state/stateful_component.js';
import { FASTEST, useBackend } from '../helpers/backends.js';
import { TORCH, makeVariables, train, valuesOf } from './optimizer_runs.js';

const start = TORCH.cases['adam, weight decay']!.start;
const PATHS = ['d/first/kernel', 'd/last/bias'];
const pathsOf = (variables: readonly Variable[]) =>
  new Map(variables.map((one, i) => [one, PATHS[i]!]));

/** An optimizer that was told the paths of two variables, and trained for some steps. */
function trained(steps: number, optimizer = adam({ beta2: 0.9, accumulate: 2 })) {
  const variables = makeVariables(start);
  optimizer.name(pathsOf(variables));
  train(optimizer, variables, [1, steps]);
  return { optimizer, variables };
}
const reverse = (gradients: NamedTensorMap): NamedTensorMap =>
  Object.fromEntries(Object.entries(gradients).reverse());
const fresh = () => adam({ beta2: 0.9, accumulate: 2 });

describe('slots under the paths of weights', () => {
  beforeAll(() => useBackend(FASTEST));

  it('stand in the state', async () => {
    const { optimizer } = trained(3);
    const { arrays, values } = await optimizer.state();
    expect(values).toMatchObject({ step: 1, variables: 2, accumulated: 1 });
    const slots = ['m', 'v', 'gradientSum'];
    expect(Object.keys(arrays)).toEqual(PATHS.flatMap((p) => slots.map((slot) => `${p}/${slot}`)));
  });

  it.each(['before the first step', 'in an optimizer in use'])(
    'come back by path %s, whatever the order of the list',
    async (when) => {
      const { optimizer, variables } = trained(5);
      const state = await optimizer.state();
      const values = await valuesOf(variables);
      train(optimizer, variables, [6, 12]);

      const others = makeVariables(values);
      const second = fresh();
      second.name(pathsOf(others));
      if (when !== 'before the first step') {
        train(second, others, [1, 3], reverse);
        others.forEach((one, i) => one.assign(makeVariables(values)[i]!));
      }
      await second.restore(state);
      expect(await second.state()).toEqual(state);
      train(second, others, [6, 12], reverse);
      expect(await valuesOf(others)).toEqual(await valuesOf(variables));
    },
  );

  it('come back where an optimizer is told paths only after the restore', async () => {
    const { optimizer, variables } = trained(4);
    const second = fresh();
    await second.restore(await optimizer.state());
    const others = makeVariables(await valuesOf(variables));
    second.name(pathsOf(others));
    for (const one of [optimizer, second]) train(one, one === second ? others : variables, [5, 8]);
    expect(await valuesOf(others)).toEqual(await valuesOf(variables));
  });

  it.each(['before the first step', 'later'])(
    'are read from a state by positions, of before there were paths: %s',
    async (when) => {
      const unnamed = fresh();
      const variables = makeVariables(start);
      train(unnamed, variables, [1, 5]);
      const state = await unnamed.state();
      expect(Object.keys(state.arrays)).toContain('1/gradientSum');
      const others = makeVariables(await valuesOf(variables));
      const second = fresh();
      second.name(pathsOf(others));
      if (when === 'later') {
        train(second, others, [1, 2]);
        others.forEach((one, i) => one.assign(variables[i]!));
      }
      await second.restore(state);
      for (const [one, list] of [
        [unnamed, variables],
        [second, others],
      ] as const)
        train(one, list, [6, 9]);
      expect(await valuesOf(others)).toEqual(await valuesOf(variables));
      expect(Object.keys((await second.state()).arrays)).toContain(`${PATHS[1]}/m`);
    },
  );

  it('follow an optimizer that was in use before it was told paths', async () => {
    const variables = makeVariables(start);
    const optimizer = fresh();
    train(optimizer, variables, [1, 4]);
    const before = await optimizer.state();
    optimizer.name(pathsOf(variables));
    const { arrays } = await optimizer.state();
    expect(arrays[`${PATHS[1]}/v`]).toEqual(before.arrays['1/v']);
    const all = makeVariables(start);
    train(fresh(), all, [1, 8]);
    train(optimizer, variables, [5, 8]);
    expect(await valuesOf(variables)).toEqual(await valuesOf(all));
  });

  it('stay by position where a variable has no path', async () => {
    const variables = makeVariables(start);
    const optimizer = adam();
    optimizer.name(new Map([[variables[0]!, PATHS[0]!]]));
    train(optimizer, variables, [1, 1]);
    expect(Object.keys((await optimizer.state()).arrays)).toEqual(['0/m', '0/v', '1/m', '1/v']);
  });

  it('of a rule are known before the first step after a restore', async () => {
    const { optimizer, variables } = trained(4);
    const others = makeVariables(start);
    const second = fresh();
    second.name(pathsOf(others));
    await second.restore(await optimizer.state());
    expect(await valuesOf([second.slotsOf(others[1]!).m])).toEqual(
      await valuesOf([optimizer.slotsOf(variables[1]!).m]),
    );
    const third = adam();
    const unnamed = adam();
    train(unnamed, others, [1, 1]);
    await third.restore(await unnamed.state());
    expect(() => third.slotsOf(others[0]!)).toThrow(
      /^Optimizer\.slotsOf: `variable` must be one that the restored state knows by its path/,
    );
  });

  it('go back with a savepoint to where they waited', async () => {
    const { optimizer } = trained(4);
    const state = await optimizer.state();
    const second = fresh();
    const others = makeVariables(start);
    second.name(pathsOf(others));
    await second.restore(state);
    const tensors = memory().numTensors;
    const savepoint = second.savepoint();
    train(second, others, [5, 6]);
    savepoint.rollback();
    expect(await second.state()).toEqual(state);
    expect(memory().numTensors).toBe(tensors);
    train(second, others, [5, 6]);
    expect(second.iterations).toBe(3);
  });

  it('are kept when networks are made anew, and the optimizer with them', async () => {
    const { optimizer } = trained(2);
    optimizer.dispose();
    const others = makeVariables(start);
    others.push(variable(ones([2])));
    optimizer.name(new Map(others.map((one, i) => [one, PATHS[i] ?? 'd/more/bias'])));
    optimizer.applyGradients(Object.fromEntries(others.map((one) => [one.name, ones(one.shape)])));
    const { arrays } = await optimizer.state();
    expect(Object.keys(arrays)).toContain('d/more/bias/gradientSum');
  });

  it('that do not fit are refused, and nothing is changed', async () => {
    const { optimizer } = trained(4);
    const state = await optimizer.state();
    const renamed = (from: string, to: string) => ({
      values: state.values,
      arrays: Object.fromEntries(
        Object.entries(state.arrays).map(([key, array]) => [key.replace(from, to), array]),
      ),
    });
    const fewer = { ...state, values: { ...state.values, variables: 1 } };
    const wide = {
      ...state,
      arrays: { ...state.arrays, [`${PATHS[1]}/m`]: { shape: [3], data: new Float32Array(3) } },
    };
    const named = fresh();
    named.name(pathsOf(makeVariables(start)));
    const before = await named.state();
    for (const [other, message] of [
      [renamed('d/last', 'd/other'), /'d\/other\/bias\/…'\]` must be of a weight that is here/],
      [fewer, /`state\.values\['variables'\]` must be 2\. Received: 1/],
      [wide, /'d\/last\/bias\/m'\]` must be of shape \[4\]/],
    ] as const)
      await expect(named.restore(other)).rejects.toThrow(message);
    expect(await named.state()).toEqual(before);

    const used = trained(2).optimizer;
    const own = await used.state();
    await expect(used.restore(renamed('d/last', 'd/other'))).rejects.toThrow(
      /`state\.arrays\['d\/last\/bias\/m'\]` must be present/,
    );
    expect(await used.state()).toEqual(own);

    const unnamed = fresh();
    await unnamed.restore(state);
    expect(() => train(unnamed, makeVariables(start), [5, 5])).toThrow(
      /the 2 variables of the restored state, by their paths in the network/,
    );
    expect(await unnamed.state()).toEqual(state);
  });

  it('need not be there: an optimizer without slots counts its variables', async () => {
    const plain = () => sgd({ learningRate: 1 });
    const [a, b] = makeVariables(start) as [Variable, Variable];
    const optimizer = plain();
    optimizer.name(pathsOf([a, b]));
    train(optimizer, [a, b], [1, 2]);
    const state = await optimizer.state();
    expect(state.values).toMatchObject({ step: 2, variables: 2 });
    const second = plain();
    second.name(pathsOf([a, b]));
    await second.restore(state);
    expect(() => second.applyGradients({ [a.name]: ones(a.shape) })).toThrow(/the 2 variables/);
    train(second, [a, b], [3, 3]);
    expect(second.iterations).toBe(3);
  });
});

/** A network of two layers, whose names in tfjs differ from one to the next, and a step down a loss. */
function network(): LayersModel {
  const model = sequential({
    layers: [
      layers.dense({ units: 3, inputShape: [2], activation: 'tanh' }),
      layers.dense({ units: 1, name: 'last', useBias: false }),
    ],
  });
  initializeWeights(model, { seed: 3 });
  return model;
}
function descend(model: LayersModel, optimizer: Optimizer, steps: number): void {
  const variables = model.trainableWeights.map((weight) => weight.read() as Variable);
  for (let i = 0; i < steps; i++)
    optimizer.minimize(
      () => sum<Scalar>(square(model.apply(ones([4, 2])) as Tensor)),
      false,
      variables,
    );
}
const weightsOf = (model: LayersModel) => valuesOf(model.getWeights());
const LAST = 'net/last/kernel';

describe('an optimizer as a component of a system', () => {
  beforeAll(() => useBackend(FASTEST));

  it.each<[string, () => Optimizer, string[]]>([
    ['adam', () => adam({ learningRate: 0.01 }), [`${LAST}/m`, `${LAST}/v`]],
    ['momentum of tfjs', () => stock.momentum(0.02, 0.9), [`accumulations/${LAST}`]],
    ['adagrad of tfjs', () => stock.adagrad(0.05), [`accumulatedGrads/${LAST}`]],
    ['rmsprop of tfjs', () => stock.rmsprop(0.01, 0.9, 0.5), [`accumulatedMoments/${LAST}`]],
    ['adam of tfjs', () => stock.adam(0.01, 0.5), [`accumulatedFirstMoment/${LAST}`, 'accBeta1/0']],
    ['adamax of tfjs', () => stock.adamax(0.01), [`accumulatedWeightedInfNorm/${LAST}`]],
  ])('%s goes on from paths, and from positions', async (_, make, keys) => {
    const [whole, optimizer] = [network(), make()];
    const component = optimizerComponent(optimizer, () => ({ net: whole }));
    descend(whole, optimizer, 3);
    const byPosition = await optimizerComponent(optimizer).state();
    const byPath = await component.state();
    expect(Object.keys(byPath.arrays)).toEqual(expect.arrayContaining(keys));
    const weights = whole.getWeights().map((one) => one.clone());
    descend(whole, optimizer, 3);
    for (const state of [byPath, byPosition])
      for (const used of [false, true]) {
        const [model, other] = [network(), make()];
        if (used) descend(model, other, 2);
        model.setWeights(weights);
        const own = optimizerComponent(other, () => ({ net: model }));
        await own.restore(byPosition);
        await own.restore(state);
        descend(model, other, 3);
        expect(await weightsOf(model)).toEqual(await weightsOf(whole));
        expect(Object.keys((await own.state()).arrays)).toHaveLength(
          Object.keys(byPath.arrays).length,
        );
      }
    if (keys[0] === `${LAST}/m`) return;
    const stray = Object.fromEntries(
      Object.entries(byPath.arrays).map(([key, one]) => [key.replace('last', 'first'), one]),
    );
    const fresh = optimizerComponent(make(), () => ({ net: whole }));
    await expect(fresh.restore({ values: byPath.values, arrays: stray })).rejects.toThrow(
      /net\/first\/kernel'\]` must be of a weight that is here/,
    );
  });

  it('has its slots under paths in a checkpoint of parts, where the network is a part', async () => {
    const trainer = () => {
      const parts = { net: network(), optimizer: adam() };
      return { ...parts, whole: checkpointOf(parts) };
    };
    const [first, second] = [trainer(), trainer()];
    descend(first.net, first.optimizer, 2);
    const state = await first.whole.state();
    expect(Object.keys(state.arrays)).toContain(`optimizer/${LAST}/v`);
    await second.whole.restore(state);
    for (const { net, optimizer } of [first, second]) descend(net, optimizer, 2);
    expect(await second.whole.state()).toEqual(await first.whole.state());
  });
});
