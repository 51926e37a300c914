import { add, mean, memory, square, sub, tensor, train, zeros } from '@tensorflow/tfjs-core';
import type { Scalar, Tensor } from '@tensorflow/tfjs-core';
import { layers, sequential } from '@tensorflow/tfjs-layers';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { beforeAll, describe, expect, it } from 'vitest';
import { enableSecondOrderGradients } from '../../src/gradients/enable_second_order_gradients.js';
import { RandomStream } from '../../src/internal/random.js';
import { conv2d } from '../../src/layers/conv2d.js';
import { recompute } from '../../src/layers/recompute.js';
import type { EqualizedLearningRate } from '../../src/layers/reparametrization/equalized_learning_rate.js';
import { equalizedLearningRate } from '../../src/layers/reparametrization/equalized_learning_rate.js';
import type { WeightNormalization } from '../../src/layers/reparametrization/weight_normalization.js';
import { weightNormalization } from '../../src/layers/reparametrization/weight_normalization.js';
import { removeSpectralNormalization } from '../../src/layers/spectral/remove_spectral_normalization.js';
import { spectralNormalization } from '../../src/layers/spectral/spectral_normalization.js';
import { functionalCall } from '../../src/layers/weights/functional_call.js';
import { namedWeights } from '../../src/layers/weights/named_weights.js';
import { initializeWeights } from '../../src/models/initialize_weights.js';
import { BACKENDS, useBackend } from '../helpers/backends.js';
import { expectNoLeak } from '../helpers/leaks.js';
import { expectGradients, gradientProjection, weightedSum } from '../helpers/numeric_gradient.js';
import { saveAndLoad } from '../helpers/save_and_load.js';
import { SPECTRAL_LAYERS, batchFor } from '../helpers/spectral.js';

const WRAPPERS = [
  ['weightNormalization', (layer: layers.Layer) => weightNormalization({ layer })],
  [
    'equalizedLearningRate',
    (layer: layers.Layer) => equalizedLearningRate({ layer, gain: 1.5, seed: 3 }),
  ],
  [
    'equalizedLearningRate with scaleBias',
    (layer: layers.Layer) => equalizedLearningRate({ layer, gain: 1.5, scaleBias: true, seed: 3 }),
  ],
] as const;

const convolution = (args: object = {}) =>
  layers.conv2d({
    ...{ filters: 3, kernelSize: 3, strides: 2, inputShape: [5, 4, 2], name: 'conv' },
    ...args,
  });
/** The wrapped layers give scores of [5, 4, 2] images. */
const critic = (wrap: (layer: layers.Layer) => layers.Layer): LayersModel =>
  sequential({
    layers: [
      wrap(convolution()),
      layers.flatten(),
      wrap(layers.dense({ units: 1, name: 'score' })),
    ],
  });
const images = () => new RandomStream(1).normal([2, 5, 4, 2]);
const floats = async (x: Tensor) => Float32Array.from(await x.data());
const deviation = (values: Float32Array) =>
  Math.sqrt(values.reduce((total, value) => total + value * value, 0) / values.length);

describe.each(BACKENDS)('wrappers of kernels on %s', (backend) => {
  beforeAll(async () => {
    await useBackend(backend);
    enableSecondOrderGradients();
  });

  describe.each(WRAPPERS)('%s', (_, wrap) => {
    it('has right first and second derivatives in the input and the weights', async () => {
      const model = critic(wrap);
      const named = namedWeights(model);
      const stream = new RandomStream(3);
      const inputs = [
        stream.normal([2, 5, 4, 2]),
        ...named.map(({ variable }) => stream.normal(variable.shape as number[], 0.7)),
      ];
      const h = weightedSum((x, ...weights) =>
        square(
          functionalCall(
            model,
            Object.fromEntries(named.map(({ path }, i) => [path, weights[i]!])),
            x,
          ),
        ),
      );
      await expectGradients(h, inputs, { rtol: 2e-3 });
      await expectGradients(gradientProjection(h), inputs, { step: 3e-3, rtol: 5e-3 });
    });

    it('survives saving and loading, and recompute gives the same bits', async () => {
      const model = critic(wrap);
      initializeWeights(model, { stddev: 0.5, seed: 4 });
      const x = images();
      const before = await floats(model.predict(x) as Tensor);
      const copy = await saveAndLoad(model);
      expect(await floats(copy.predict(x) as Tensor)).toEqual(before);
      expect(copy.layers[0]!.getConfig()).toEqual(model.layers[0]!.getConfig());
      const lean = sequential({ layers: [recompute([...critic(wrap).layers])] });
      lean.setWeights(model.getWeights());
      expect(await floats(lean.predict(x) as Tensor)).toEqual(before);
    });

    it('leaks nothing, keeps its input, and gives its memory back', async () => {
      const before = memory().numTensors;
      const model = critic(wrap);
      const x = images();
      await expectNoLeak(() => (model.apply(x, { training: true }) as Tensor).dispose(), 20);
      const optimizer = train.sgd(0.01);
      await expectNoLeak(() =>
        optimizer.minimize(() => mean<Scalar>(square(model.apply(x) as Tensor))),
      );
      expect(x.isDisposed).toBe(false);
      for (const one of [x, optimizer, model]) one.dispose();
      expect(memory().numTensors).toBeLessThanOrEqual(before + 1); // the learning rate of tfjs
    });

    it('trains all that it wraps', async () => {
      const model = critic(wrap);
      initializeWeights(model, { stddev: 0.5, seed: 4 }); // tfjs would draw without a seed
      const before = await Promise.all(model.trainableWeights.map((one) => floats(one.read())));
      const x = images();
      const optimizer = train.sgd(0.02);
      const loss = (): Scalar => mean(square(sub(model.apply(x) as Tensor, 3)));
      const start = (await floats(loss()))[0]!;
      for (let i = 0; i < 20; i++) optimizer.minimize(loss);
      expect((await floats(loss()))[0]!).toBeLessThan(start / 2);
      for (const [i, weight] of model.trainableWeights.entries())
        expect(await floats(weight.read()), weight.name).not.toEqual(before[i]);
    });

    it('lets no other wrapper go with spectral normalization', async () => {
      const model = sequential({
        layers: [
          spectralNormalization({ layer: convolution() }),
          layers.flatten(),
          wrap(layers.dense({ units: 1, name: 'score' })),
        ],
      });
      initializeWeights(model, { stddev: 0.5, seed: 4 });
      const score = model.layers[2]!;
      score.setWeights(score.getWeights().map((weight) => add(weight, 0.25)));
      const x = images();
      expect(await floats(removeSpectralNormalization(model).predict(x) as Tensor)).toBeAllclose(
        await floats(model.predict(x) as Tensor),
        { rtol: 1e-5 },
      );
    });
  });

  it.each(SPECTRAL_LAYERS.map((one) => [one.kind, one] as const))(
    'weight normalization changes no output of %s at first',
    async (kind, { make, inputShape }) => {
      const layer = make({ name: 'inner' });
      const x = batchFor(kind, inputShape);
      const before = await floats(layer.apply(x) as Tensor);
      const wrapped = weightNormalization({ layer });
      expect(await floats(wrapped.apply(x) as Tensor)).toBeAllclose(before, { rtol: 1e-5 });
      expect(wrapped.name).toBe('inner');
    },
  );

  it('equalized learning rate draws N(0, 1) and computes with g/√n of it', async () => {
    const layer = equalizedLearningRate({
      layer: layers.conv2d({ filters: 40, kernelSize: 3, inputShape: [3, 3, 30] }),
      gain: 1.5,
    });
    sequential({ layers: [layer] });
    const [kernel] = layer.layer.weights;
    expect(deviation(await floats(kernel!.read()))).toBeCloseTo(1, 1);
    const [effective, bias] = layer.effectiveWeights();
    expect(deviation(await floats(effective!))).toBeCloseTo(1.5 / Math.sqrt(270), 2);
    expect(deviation(await floats(bias!))).toBe(0);
  });

  it('equalized learning rate keeps weights that are given', async () => {
    const kernel = tensor([1, 2, 3, 4], [2, 2]);
    const inner = layers.dense({ units: 2, inputShape: [2], useBias: false, weights: [kernel] });
    const model = sequential({
      layers: [equalizedLearningRate({ layer: inner, gain: Math.SQRT2 })],
    });
    const y = model.predict(tensor([1, 0, 0, 1], [2, 2])) as Tensor;
    expect(await floats(y)).toBeAllclose([1, 2, 3, 4], { rtol: 1e-6 });
  });

  it.each([
    ['dense', () => layers.dense({ units: 2, inputShape: [4], useBias: true }), [1, 4], 4],
    [
      'conv2d',
      () => conv2d({ filters: 2, kernelSize: 3, inputShape: [3, 3, 2] }),
      [1, 3, 3, 2],
      18,
    ],
    ['conv2d of tfjs', () => convolution({ filters: 2 }), [1, 5, 4, 2], 18],
  ] as const)(
    'equalized learning rate scales the bias of %s on request',
    async (_, make, shape, n) => {
      const outputs = await Promise.all(
        [false, true].map(async (scaleBias) => {
          const layer = equalizedLearningRate({ layer: make(), gain: 3, scaleBias });
          const model = sequential({ layers: [layer] });
          layer.layer.weights[1]!.write(tensor([5, -7]));
          const [bias, y] = [
            layer.effectiveWeights()[1]!,
            model.predict(zeros([...shape])) as Tensor,
          ];
          return [await floats(bias), (await floats(y)).slice(0, 2)];
        }),
      );
      const [plain, scaled] = outputs as [Float32Array[], Float32Array[]];
      for (const values of plain) expect(values).toEqual(Float32Array.of(5, -7));
      const factor = 3 / Math.sqrt(n);
      for (const values of scaled)
        expect(values).toBeAllclose([5 * factor, -7 * factor], { rtol: 1e-6 });
    },
  );

  it('initializeWeights leaves both at what they are for', async () => {
    const model = sequential({
      layers: [
        equalizedLearningRate({ layer: convolution({ filters: 64 }) }),
        weightNormalization({
          layer: layers.conv2d({ filters: 4, kernelSize: 1, name: 'normed' }),
        }),
      ],
    });
    initializeWeights(model, { stddev: 0.02, seed: 1 });
    const [equalized, normed] = model.layers as [EqualizedLearningRate, WeightNormalization];
    expect(deviation(await floats(equalized.layer.weights[0]!.read()))).toBeCloseTo(1, 1);
    const [v] = normed.layer.weights;
    expect(deviation(await floats(v!.read()))).toBeLessThan(0.03);
    expect(await floats(normed.effectiveWeights()[0]!)).toBeAllclose(await floats(v!.read()), {
      rtol: 1e-5,
    });
  });
});

describe('wrappers of kernels refuse', () => {
  it.each([
    ['a layer without a kernel', { layer: layers.flatten() }, /`layer` must be one of Dense, /],
    ['what is no layer', { layer: 3 }, /`layer` must be a layer/],
    ['nothing', undefined, /must be/],
    ['a word', { layer: layers.dense({ units: 1 }), gains: 1 }, /"gains"/],
  ])('%s', (_, args, message) => {
    expect(() => weightNormalization(args as never)).toThrow(message);
    expect(() => equalizedLearningRate(args as never)).toThrow(message);
  });

  it.each([
    ['a gain of 0', { gain: 0 }, /`gain` must be .*> 0/],
    ['a seed below 0', { seed: -1 }, /`seed` must be an integer >= 0/],
    [
      'an embedding, which has no number of inputs',
      { layer: layers.embedding({ inputDim: 3, outputDim: 2 }) },
      /`layer` must be one of .*Received: "Embedding"/,
    ],
  ])('%s', (_, args, message) => {
    const layer = layers.dense({ units: 1 });
    expect(() => equalizedLearningRate({ layer, ...args })).toThrow(message);
  });

  it('a reading of weights that are not there yet', () => {
    expect(() =>
      weightNormalization({ layer: layers.dense({ units: 1 }) }).resetMagnitudes(),
    ).toThrow(/^WeightNormalization.resetMagnitudes: `this` must be a layer that is built/);
    expect(() =>
      equalizedLearningRate({ layer: layers.dense({ units: 1 }) }).effectiveWeights(),
    ).toThrow(/^EqualizedLearningRate.effectiveWeights: `this` must be a layer that is built/);
  });
});
