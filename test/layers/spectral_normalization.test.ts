import {
  add,
  io,
  memory,
  onesLike,
  ready,
  tensor,
  tensor2d,
  tidy,
  train,
} from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import {
  input,
  layers,
  loadLayersModel,
  model as functional,
  models,
  regularizers,
  sequential,
} from '@tensorflow/tfjs-layers';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { beforeAll, describe, expect, it } from 'vitest';
import { RandomStream } from '../../src/internal/random.js';
import { withFrozenPowerIteration } from '../../src/layers/modes/power_iteration_mode.js';
import {
  SpectralNormalization,
  spectralNormalization,
} from '../../src/layers/spectral/spectral_normalization.js';
import { asyncTidy, values } from '../helpers/async_tidy.js';
import { BACKENDS, ON_GPU, useBackend } from '../helpers/backends.js';
import { expectNoLeak } from '../helpers/leaks.js';
import { singularValues } from '../helpers/singular_values.js';
import { SPECTRAL_LAYERS, batchFor, kernelMatrix, seedWeights } from '../helpers/spectral.js';

const largest = async (kernel: Tensor, rowAxes: number[]): Promise<number> => {
  const { matrix, rows, columns } = await kernelMatrix(kernel, rowAxes);
  return singularValues(matrix, rows, columns)[0]!;
};

/** Rounds after which u and v stand still. Each takes an op's time several times over. */
const ROUNDS = ON_GPU ? 20 : 100;
const CONVERGED = { rtol: ON_GPU ? 2e-2 : 1e-3 };

/** A small critic of two normalised layers. */
function critic(): LayersModel {
  const convolution = layers.conv2d({
    ...{ filters: 4, kernelSize: 3, strides: 2, inputShape: [6, 6, 2], name: 'conv' },
    activation: 'softplus',
  });
  return sequential({
    layers: [
      spectralNormalization({ layer: convolution }),
      layers.flatten(),
      spectralNormalization({ layer: layers.dense({ units: 1, name: 'score' }), seed: 5 }),
    ],
  });
}

describe.each(BACKENDS)('SpectralNormalization on %s', (backend) => {
  beforeAll(() => useBackend(backend));

  describe.each(SPECTRAL_LAYERS)('$kind', ({ kind, make, inputShape, kernels }) => {
    const built = () => {
      const layer = spectralNormalization({ layer: make(), seed: 2 });
      layer.apply(batchFor(kind, inputShape));
      seedWeights(layer);
      return layer;
    };
    /** The largest singular values of what the wrapped layer computes with. */
    const normalizedNorms = (layer: SpectralNormalization) =>
      Promise.all(kernels.map(({ rowAxes }, i) => largest(layer.normalizedWeights()[i]!, rowAxes)));
    const ones = kernels.map(() => 1);

    it(`σ is the largest singular value after ${ROUNDS} rounds`, () =>
      asyncTidy(async () => {
        const layer = built();
        layer.powerIterate(ROUNDS);
        const sigma = layer.sigma();
        expect(Object.keys(sigma)).toEqual(kernels.map(({ weight }) => weight));
        for (const [i, { weight, rowAxes }] of kernels.entries()) {
          const truth = await largest(layer.layer.weights[i]!.read(), rowAxes);
          expect(await values(sigma[weight]!)).toBeAllclose([truth], CONVERGED);
        }
      }));

    it('follows a moved kernel by iterating, and only so', () =>
      asyncTidy(async () => {
        const layer = built();
        const x = batchFor(kind, inputShape);
        layer.powerIterate(ROUNDS);
        expect(await normalizedNorms(layer)).toBeAllclose(ones, CONVERGED);

        kernels.forEach((_, i) => {
          const kernel = layer.layer.weights[i]!;
          kernel.write(add(kernel.read(), onesLike(kernel.read())));
        });
        for (const norm of await normalizedNorms(layer))
          expect(Math.abs(norm - 1)).toBeGreaterThan(1e-2);
        const stale = await normalizedNorms(layer);

        layer.apply(x); // inference
        withFrozenPowerIteration(() => layer.apply(x, { training: true }));
        expect(await normalizedNorms(layer)).toEqual(stale);

        for (let i = 0; i < ROUNDS; i++) layer.apply(x, { training: true });
        expect(await normalizedNorms(layer)).toBeAllclose(ones, CONVERGED);
      }));

    it('leaves W as it is, and the layer its own kernel', () =>
      asyncTidy(async () => {
        const layer = built();
        const weights = () => Promise.all(layer.layer.weights.map((w) => values(w.read())));
        const before = await weights();
        layer.apply(batchFor(kind, inputShape), { training: true });
        expect(await weights()).toEqual(before);
        // the wrapped layer alone computes with W, not with W/σ
        const plain = layer.layer.apply(batchFor(kind, inputShape)) as Tensor;
        const normalized = layer.apply(batchFor(kind, inputShape)) as Tensor;
        expect(await values(plain)).not.toEqual(await values(normalized));
      }));

    it('names its weights apart and in order', () =>
      asyncTidy(async () => {
        const layer = spectralNormalization({ layer: make({ name: `${kind}_inner` }) });
        layer.apply(batchFor(kind, inputShape));
        const names = layer.weights.map((weight) => weight.originalName);
        const own = kernels.flatMap(({ weight }) => [`${weight}_u`, `${weight}_v`]);
        const bias = kind === 'Embedding' ? [] : ['bias'];
        expect(names).toEqual(
          [...kernels.map(({ weight }) => weight), ...bias, ...own].map(
            (name) => `${kind}_inner/${name}`,
          ),
        );
        const sizes = layer.nonTrainableWeights.map(({ shape }) => shape);
        const expected: number[][] = [];
        for (const [i, { rowAxes }] of kernels.entries()) {
          const { rows, columns } = await kernelMatrix(layer.layer.weights[i]!.read(), rowAxes);
          expected.push([rows], [columns]);
        }
        expect(sizes).toEqual(expected);
      }));

    it('saved and loaded, predicts the same and goes on the same', async () => {
      const [, ...shape] = inputShape;
      const x = batchFor(kind, inputShape);
      const inner = make({ inputShape: shape, name: `saved_${kind}` });
      const layer = spectralNormalization({
        layer: inner,
        powerIterations: 2,
        epsilon: 1e-9,
        seed: 4,
      });
      const model = sequential({ layers: [layer] });
      tidy(() => void model.apply(x, { training: true }));
      let saved: io.ModelArtifacts | undefined;
      await model.save(
        io.withSaveHandler(async (artifacts) => {
          saved = artifacts;
          return { modelArtifactsInfo: { dateSaved: new Date(0), modelTopologyType: 'JSON' } };
        }),
      );
      const loaded = await loadLayersModel(io.fromMemory(saved!));
      const copied = loaded.layers[0] as SpectralNormalization;
      expect(copied).toBeInstanceOf(SpectralNormalization);
      const { powerIterations, epsilon, seed, name } = copied;
      expect({ powerIterations, epsilon, seed, name }).toEqual({
        ...{ powerIterations: 2, epsilon: 1e-9, seed: 4, name: `saved_${kind}` },
      });
      const training = { training: true };
      await asyncTidy(async () => {
        expect(await values(loaded.predict(x) as Tensor)).toEqual(
          await values(model.predict(x) as Tensor),
        );
        expect(await values(loaded.apply(x, training) as Tensor)).toEqual(
          await values(model.apply(x, training) as Tensor),
        );
      });
      loaded.dispose();
      model.dispose();
    });

    it('leaks nothing', async () => {
      const x = batchFor(kind, inputShape);
      const layer = built();
      await expectNoLeak(() => tidy(() => void layer.apply(x, { training: true })));
      await expectNoLeak(() => tidy(() => void layer.apply(x)));
      await expectNoLeak(() => layer.powerIterate(2));
      await expectNoLeak(() => layer.normalizedWeights().forEach((weight) => weight.dispose()));
      await expectNoLeak(() => Object.values(layer.sigma()).forEach((sigma) => sigma.dispose()));
      expect(x.isDisposed).toBe(false);
    });
  });

  it('does as many rounds a call as it is told', () =>
    asyncTidy(async () => {
      const x = batchFor('Dense', [2, 7]);
      const kernel = new RandomStream(8).normal([7, 5]);
      const make = (powerIterations: number) => {
        const inner = layers.dense({ units: 5, useBias: false, weights: [kernel] });
        const layer = spectralNormalization({ layer: inner, powerIterations });
        layer.apply(x);
        layer.setWeights([
          kernel,
          new RandomStream(1).normal([5]),
          new RandomStream(2).normal([7]),
        ]);
        return layer;
      };
      const [once, thrice] = [make(1), make(3)];
      for (let i = 0; i < 3; i++) once.apply(x, { training: true });
      thrice.apply(x, { training: true });
      expect(await values(thrice.weights[1]!.read())).toEqual(
        await values(once.weights[1]!.read()),
      );
      const twice = make(1);
      twice.powerIterate(2);
      expect(await values(twice.weights[1]!.read())).not.toEqual(
        await values(once.weights[1]!.read()),
      );
      twice.powerIterate(); // one round, its powerIterations
      expect(await values(twice.weights[1]!.read())).toEqual(await values(once.weights[1]!.read()));
    }));

  it('divides by epsilon where a norm is smaller', () =>
    asyncTidy(async () => {
      const layer = spectralNormalization({
        layer: layers.dense({ units: 1, useBias: false }),
        epsilon: 10,
      });
      layer.apply(tensor2d([[1]]));
      layer.setWeights([tensor2d([[3]]), tensor([0]), tensor([2])]);
      layer.powerIterate();
      // u = 3 · 2 / 10, v = 3 · 0.6 / 10, σ = 0.6 · 3 · 0.18
      expect(await values(layer.weights[1]!.read())).toBeAllclose([0.6]);
      expect(await values(layer.weights[2]!.read())).toBeAllclose([0.18]);
      expect(await values(layer.sigma()['kernel']!)).toBeAllclose([0.324]);
      expect(await values(layer.apply(tensor2d([[1]])) as Tensor)).toBeAllclose([3 / 0.324]);
    }));

  it('starts u and v from its seed alone', () =>
    asyncTidy(async () => {
      const x = batchFor('Dense', [2, 7]);
      const kernel = new RandomStream(8).normal([7, 5]);
      const vector = (seed: number) => {
        const inner = layers.dense({ units: 5, useBias: false, weights: [kernel] });
        const layer = spectralNormalization({ layer: inner, seed });
        layer.apply(x);
        return values(layer.weights[2]!.read());
      };
      const [first, again, other] = [await vector(0), await vector(0), await vector(1)];
      expect(again).toEqual(first);
      expect(other).not.toEqual(first);
    }));

  it('is warmed up when built, on the weights that the layer is given', () =>
    asyncTidy(async () => {
      const kernel = new RandomStream(8).normal([7, 5]);
      const inner = layers.dense({ units: 5, useBias: false, weights: [kernel] });
      const layer = spectralNormalization({ layer: inner });
      layer.apply(batchFor('Dense', [2, 7]));
      expect(await values(layer.weights[0]!.read())).toEqual(await values(kernel));
      const truth = await largest(kernel, [1]);
      expect(await values(layer.sigma()['kernel']!)).toBeAllclose([truth], { rtol: 2e-2 });
      // 15 rounds, not fewer: one more brings little
      const [warm] = await values(layer.sigma()['kernel']!);
      layer.warmUp();
      expect(await values(layer.sigma()['kernel']!)).toBeAllclose([warm!], { rtol: 2e-2 });
    }));

  it('wraps a layer that is built already', () =>
    asyncTidy(async () => {
      const x = batchFor('Dense', [2, 7]);
      const inner = layers.dense({ units: 5 });
      const plain = await values(inner.apply(x) as Tensor);
      const layer = spectralNormalization({ layer: inner });
      layer.apply(x);
      layer.powerIterate(50);
      const [sigma] = await values(layer.sigma()['kernel']!);
      expect(await values(layer.apply(x) as Tensor)).toBeAllclose(plain.map((y) => y / sigma!));
    }));

  it('fits: W moves, u and v follow, nothing leaks', async () => {
    const model = critic();
    const layer = model.layers[0] as SpectralNormalization;
    const before = await Promise.all(layer.getWeights().map(values));
    model.compile({ optimizer: train.sgd(0.1), loss: 'meanSquaredError' });
    const x = new RandomStream(1).normal([4, 6, 6, 2]);
    const y = new RandomStream(2).normal([4, 1]);
    await expectNoLeak(() => model.fit(x, y, { epochs: 2, batchSize: 4, verbose: 0 }), 2);
    const after = await Promise.all(layer.getWeights().map(values));
    after.forEach((weight, i) => expect(weight).not.toEqual(before[i]));
    expect(layer.trainableWeights).toHaveLength(2);
    model.dispose();
  });

  it('frozen by trainable = false, trains nothing, and iterates still, as in PyTorch', () =>
    asyncTidy(async () => {
      const x = batchFor('Dense', [2, 7]);
      const layer = spectralNormalization({ layer: layers.dense({ units: 5, trainable: false }) });
      layer.apply(x);
      seedWeights(layer); // u and v of a random kernel may have converged by now
      expect(layer.trainable).toBe(false);
      expect(layer.trainableWeights).toEqual([]);
      expect(layer.nonTrainableWeights).toHaveLength(4);
      const v = await values(layer.weights[3]!.read());
      layer.apply(x, { training: true });
      expect(await values(layer.weights[3]!.read())).not.toEqual(v);
      layer.trainable = true;
      expect(layer.trainableWeights).toHaveLength(2);
      layer.layer.trainable = false;
      expect(layer.trainableWeights).toEqual([]);
    }));

  it('works in functional and nested models, and is copied by its config', async () => {
    const image = input({ shape: [6, 6, 2] });
    const trunk = critic();
    const outer = functional({ inputs: image, outputs: trunk.apply(image) as never });
    const copyOf = await models.modelFromJSON(outer.toJSON(null, false) as never);
    copyOf.setWeights(outer.getWeights());
    await asyncTidy(async () => {
      const x = new RandomStream(1).normal([2, 6, 6, 2]);
      expect(await values(copyOf.predict(x) as Tensor)).toEqual(
        await values(outer.predict(x) as Tensor),
      );
      expect(outer.trainableWeights).toHaveLength(4);
      expect(outer.weights).toHaveLength(8);
      outer.trainable = false;
      expect(outer.trainableWeights).toEqual([]);
    });
  });

  it('regularizes W, not W/σ', () =>
    asyncTidy(async () => {
      const inner = layers.dense({ units: 5, kernelRegularizer: regularizers.l2({ l2: 0.5 }) });
      const layer = spectralNormalization({ layer: inner });
      layer.apply(batchFor('Dense', [2, 7]));
      const kernel = await values(layer.weights[0]!.read());
      const expected = 0.5 * kernel.reduce((total, w) => total + w * w, 0);
      const losses = layer.calculateLosses();
      expect(losses).toHaveLength(1);
      expect(await values(losses[0]!)).toBeAllclose([expected], { rtol: 1e-5 });
    }));

  it('gives the layer its kernel back when a call throws', () => {
    tidy(() => {
      const layer = spectralNormalization({ layer: layers.dense({ units: 5 }) });
      const x = batchFor('Dense', [2, 7]);
      layer.apply(x);
      expect(() => layer.call(batchFor('Dense', [2, 3]), {})).toThrow();
      expect((layer.layer as unknown as { kernel: unknown }).kernel).toBe(layer.weights[0]);
    });
  });

  it('disposes everything it holds', async () => {
    await ready();
    const before = memory().numTensors;
    const layer = spectralNormalization({ layer: layers.dense({ units: 5 }) });
    tidy(() => void layer.apply(batchFor('Dense', [2, 7])));
    layer.dispose();
    expect(memory().numTensors).toBe(before);
  });
});

describe('spectralNormalization refuses', () => {
  beforeAll(() => useBackend('cpu'));
  const layer = () => layers.dense({ units: 2 });
  it.each([
    [
      'no options',
      undefined,
      /: `options` must be an object with the keys .*\. Received: undefined/,
    ],
    ['null', { layer: null }, /`layer` must be a layer\. Received: null/],
    ['no layer', { layer: 'dense' }, /`layer` must be a layer\. Received: "dense"/],
    ['a layer without a kernel', { layer: layers.flatten() }, /must be one of Dense, .*"Flatten"/],
    ['itself', { layer: spectralNormalization({ layer: layer() }) }, /must be one of Dense/],
    ['an unknown option', { layer: layer(), iterations: 2 }, /Received: "iterations"/],
    ['no rounds', { layer: layer(), powerIterations: 0 }, /`powerIterations`.*>= 1.*Received: 0/],
    ['half a round', { layer: layer(), powerIterations: 1.5 }, /an integer >= 1/],
    ['epsilon 0', { layer: layer(), epsilon: 0 }, /`epsilon` must be a finite number > 0/],
    ['a negative seed', { layer: layer(), seed: -1 }, /`seed` must be an integer >= 0/],
  ])('%s', (_, options, message) => {
    expect(() => spectralNormalization(options as never)).toThrow(message);
  });

  it('to report on a layer that is not built', () => {
    const unbuilt = spectralNormalization({ layer: layer() });
    for (const call of ['sigma', 'powerIterate', 'warmUp', 'normalizedWeights'] as const)
      expect(() => unbuilt[call]()).toThrow(/must be a layer that is built/);
  });

  it('no rounds of power iteration', () => {
    const built = spectralNormalization({ layer: layer() });
    tidy(() => void built.apply(tensor2d([[1, 2]])));
    expect(() => built.powerIterate(0)).toThrow(/`times` must be an integer >= 1/);
    expect(() => built.warmUp(-1)).toThrow(/`times` must be an integer >= 1/);
  });
});
