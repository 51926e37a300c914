import {
  add,
  concat,
  mul,
  sub,
  sum,
  tensor,
  tidy,
  variableGrads,
  zeros,
} from '@tensorflow/tfjs-core';
import type { Scalar, Tensor, Variable } from '@tensorflow/tfjs-core';
import { input, layers, model as functional, sequential } from '@tensorflow/tfjs-layers';
import type { SymbolicTensor } from '@tensorflow/tfjs-layers';
import { beforeAll, describe, expect, it } from 'vitest';
import { RandomStream } from '../../src/internal/random.js';
import { batchNormalization } from '../../src/layers/normalization/batch_normalization.js';
import { spectralNormalization } from '../../src/layers/spectral/spectral_normalization.js';
import { functionalCall } from '../../src/layers/weights/functional_call.js';
import { namedWeights } from '../../src/layers/weights/named_weights.js';
import { initializeWeights } from '../../src/models/initialize_weights.js';
import { BACKENDS, useBackend } from '../helpers/backends.js';
import { expectNoLeak } from '../helpers/leaks.js';
import { expectGradients, weightedSum } from '../helpers/numeric_gradient.js';

const network = () => {
  const model = sequential({
    layers: [
      spectralNormalization({
        layer: layers.dense({ name: 'hidden', units: 4, activation: 'softplus', inputShape: [3] }),
      }),
      batchNormalization({ name: 'norm' }),
      sequential({
        name: 'head',
        layers: [layers.dense({ name: 'top', units: 2, inputShape: [4] })],
      }),
    ],
  });
  initializeWeights(model, { stddev: 0.5, seed: 4 }); // tfjs would draw without a seed
  return model;
};

describe('namedWeights', () => {
  beforeAll(() => useBackend('cpu'));

  it('names weights by layers alone, in the order of the model', () => {
    const paths = (model: ReturnType<typeof network>) =>
      namedWeights(model).map(({ path }) => path);
    const [first, second] = [network(), network()];
    expect(paths(first)).toEqual([
      'hidden/kernel',
      'hidden/bias',
      'hidden/kernel_u',
      'hidden/kernel_v',
      'norm/gamma',
      'norm/beta',
      'norm/moving_mean',
      'norm/moving_variance',
      'head/top/kernel',
      'head/top/bias',
    ]);
    expect(paths(second)).toEqual(paths(first));
  });

  it('refuses what is not a model', () => {
    expect(() => namedWeights({} as never)).toThrow(/`model` must be a LayersModel/);
  });
});

describe.each(BACKENDS)('functionalCall on %s', (backend) => {
  beforeAll(() => useBackend(backend));

  it('is the model itself with its own weights', async () => {
    const model = network();
    const x = new RandomStream(1).normal([5, 3]);
    const own = await (model.predict(x) as Tensor).data();
    expect(await functionalCall(model, {}, x).data()).toEqual(own);
    const copies = Object.fromEntries(
      namedWeights(model).map(({ path, variable }) => [path, variable.read().clone()]),
    );
    expect(await functionalCall(model, copies, x).data()).toEqual(own);
  });

  it('uses the given weights, then the model is as it was', async () => {
    const model = network();
    const x = new RandomStream(1).normal([5, 3]);
    const before = await (model.predict(x) as Tensor).data();
    const zero = functionalCall(
      model,
      { 'head/top/kernel': zeros([4, 2]), 'head/top/bias': tensor([1, -2]) },
      x,
    );
    expect(await zero.data()).toBeAllclose([1, -2, 1, -2, 1, -2, 1, -2, 1, -2], { rtol: 0 });
    expect(await (model.predict(x) as Tensor).data()).toEqual(before);
  });

  it('moves neither statistics nor singular vectors in training mode', async () => {
    const model = network();
    const x = new RandomStream(1).normal([5, 3]);
    const still = () =>
      Promise.all(
        namedWeights(model)
          .filter(({ path }) => /moving|_u|_v/.test(path))
          .map(({ variable }) => variable.read().data()),
      );
    const before = await still();
    functionalCall(model, {}, x, { training: true });
    expect(await still()).toEqual(before);
  });

  it("moves no statistics of tfjs's own layers either, nor of a layer that writes to its weights", async () => {
    const model = sequential({
      layers: [
        layers.dense({ name: 'hidden', units: 4, inputShape: [3] }),
        layers.batchNormalization({ name: 'norm' }),
      ],
    });
    const before = await Promise.all(model.weights.map((weight) => weight.read().data()));
    const x = new RandomStream(1).normal([5, 3]);
    const y = functionalCall(model, {}, x, { training: true });
    expect(await Promise.all(model.weights.map((weight) => weight.read().data()))).toEqual(before);
    const trained = model.apply(x, { training: true }) as Tensor;
    expect(await y.data()).toEqual(await trained.data());
    expect(await Promise.all(model.weights.map((weight) => weight.read().data()))).not.toEqual(
      before,
    );
  });

  it('lets gradients run through the weights', async () => {
    const model = network();
    const x = new RandomStream(1).normal([5, 3]);
    // near the own kernel, whose singular vectors the layer holds: elsewhere uᵀWv may come near 0
    const own = namedWeights(model)[0]!.variable.read();
    const kernel = add(own, new RandomStream(2).normal([3, 4], 0, 0.05));
    const f = weightedSum((kernel) => functionalCall(model, { 'hidden/kernel': kernel }, x));
    await expectGradients(f, [kernel], { rtol: 5e-3 });
  });

  it('lets a gradient run through an update', async () => {
    // one step of gradient descent on w; the outer derivative is in the rate of the step
    const model = sequential({
      layers: [layers.dense({ name: 'd', units: 1, useBias: false, inputShape: [2] })],
    });
    const x = tensor([
      [1, 2],
      [3, -1],
    ]);
    const w = model.trainableWeights[0]!.read() as Variable;
    const square = (y: Tensor) => sum<Scalar>(mul(y, y));
    const f = (rate: Tensor) =>
      tidy(() => {
        const { grads } = variableGrads(() => square(model.apply(x) as Tensor), [w]);
        const moved = sub(w, mul(rate, grads[w.name]!));
        return square(functionalCall(model, { 'd/kernel': moved }, x));
      });
    const rate = tensor(0.05);
    await expectGradients(f, [rate], { step: 1e-3, rtol: 1e-3 });
  });

  it('takes several inputs and gives several outputs', async () => {
    const [image, label] = [input({ shape: [3] }), input({ shape: [2] })];
    const both = layers.concatenate().apply([image, label]) as SymbolicTensor;
    const hidden = layers.dense({ name: 'hidden', units: 4 }).apply(both) as SymbolicTensor;
    const heads = ['score', 'class'].map(
      (name, i) => layers.dense({ name, units: i + 1 }).apply(hidden) as SymbolicTensor,
    );
    const critic = functional({ inputs: [image, label], outputs: heads });
    initializeWeights(critic, { stddev: 0.5, seed: 4 });
    const [x, y] = [new RandomStream(1).normal([5, 3]), new RandomStream(2).normal([5, 2])];
    const own = critic.predict([x, y]) as Tensor[];
    const [score, classes] = functionalCall<Tensor[]>(critic, {}, [x, y]);
    expect(await score!.data()).toEqual(await own[0]!.data());
    expect(await classes!.data()).toEqual(await own[1]!.data());

    const given = { 'score/kernel': zeros([4, 1]), 'score/bias': tensor([3]) };
    const moved = functionalCall<Tensor[]>(critic, given, [x, y], { training: true });
    expect(await moved[0]!.data()).toEqual(Float32Array.of(3, 3, 3, 3, 3));
    expect(await moved[1]!.data()).toEqual(await own[1]!.data());
    await expectNoLeak(() => {
      for (const one of functionalCall<Tensor[]>(critic, given, [x, y])) one.dispose();
    });
    const f = weightedSum((kernel, label) => {
      const both = functionalCall<Tensor[]>(critic, { 'hidden/kernel': kernel }, [x, label]);
      return concat(both, 1);
    });
    await expectGradients(f, [new RandomStream(3).normal([5, 4]), y], { rtol: 5e-3 });

    expect(() => functionalCall(critic, {}, x)).toThrow(
      /^functionalCall: `inputs` must be as many tensors as the model has inputs, 2/,
    );
    expect(() => functionalCall(critic, {}, [x, 3 as never])).toThrow(
      /`inputs\[1\]` must be a tensor/,
    );
    expect(() => functionalCall(network(), {}, [x, y])).toThrow(
      /`inputs` must be as many tensors as the model has inputs, 1/,
    );
  });

  it('leaks nothing', async () => {
    const model = network();
    const x = new RandomStream(1).normal([5, 3]);
    await expectNoLeak(() => functionalCall(model, {}, x, { training: true }).dispose());
  });

  it('refuses unknown paths and other shapes, and leaves the model whole', () => {
    const model = network();
    const x = add(zeros([1, 3]), 1);
    expect(() => functionalCall(model, { 'nobody/kernel': x }, x)).toThrow(
      /`weights` must be keyed by paths of the model \(hidden\/kernel, .*Received: "nobody\/kernel"/,
    );
    expect(() =>
      functionalCall(model, { 'hidden/bias': zeros([4]), 'hidden/kernel': zeros([2, 2]) }, x),
    ).toThrow(/`weights\['hidden\/kernel'\]` must be of shape \[3,4\]/);
    expect(() => functionalCall(model, {}, 3 as never)).toThrow(/`inputs` must be a tensor/);
    expect(() => functionalCall({} as never, {}, x)).toThrow(/`model` must be a LayersModel/);
    for (const { variable } of namedWeights(model))
      expect(Object.hasOwn(variable, 'read')).toBe(false);
  });
});
