import { grads, mul, ones, scalar, softmax, sum, tensor, tidy, zeros } from '@tensorflow/tfjs-core';
import type { Scalar, Tensor, Tensor4D } from '@tensorflow/tfjs-core';
import { layers, sequential } from '@tensorflow/tfjs-layers';
import { beforeAll, describe, expect, it } from 'vitest';
import { RandomStream } from '../../src/internal/random.js';
import { attentionMap } from '../../src/layers/attention/attention_map.js';
import { selfAttention } from '../../src/layers/attention/self_attention.js';
import { equalizedLearningRate } from '../../src/layers/reparametrization/equalized_learning_rate.js';
import { weightNormalization } from '../../src/layers/reparametrization/weight_normalization.js';
import { removeSpectralNormalization } from '../../src/layers/spectral/remove_spectral_normalization.js';
import { spectralNormalization } from '../../src/layers/spectral/spectral_normalization.js';
import { spectralNorms } from '../../src/layers/spectral/spectral_norms.js';
import { functionalCall } from '../../src/layers/weights/functional_call.js';
import { namedWeights } from '../../src/layers/weights/named_weights.js';
import { initializeWeights } from '../../src/models/initialize_weights.js';
import { samplesAreIndependent } from '../../src/training/step/independent_samples.js';
import { BACKENDS, useBackend } from '../helpers/backends.js';
import { fixture } from '../helpers/fixtures.js';
import { expectNoLeak } from '../helpers/leaks.js';
import { describeLayer } from './layer_contract.js';

interface Values {
  readonly shape: number[];
  readonly value: number[];
}
interface Case {
  readonly options: Record<string, unknown>;
  readonly shape: [number, number, number, number];
  readonly x: number[];
  readonly weights: Values[];
  readonly output: Values;
  readonly coefficients: number[];
  readonly gradients: number[][];
  readonly map: Values;
}
const { cases, spectral } = fixture<{ cases: Case[]; spectral: Omit<Case, 'map' | 'options'> }>(
  'self_attention',
);
const first = cases[0]!;

/** Gives the weights of the only layer their values in the fixture. */
function write(layer: layers.Layer, weights: readonly Values[]): void {
  tidy(() => layer.setWeights(weights.map(({ value, shape }) => tensor(value, shape))));
}

describeLayer({
  name: 'selfAttention',
  make: (options) => selfAttention(options),
  options: { keyDivisor: 2, valueDivisor: 1, kernelInitializer: 'zeros' },
  shape: [1, 2, 4, 2],
  rtol: { output: 1e-5, gradient: 1e-4 },
  repaired: true,
  start: (model) => namedWeights(model).at(-1)!.variable.write(scalar(0.6)),
});

describe.each(BACKENDS)('selfAttention on %s', (backend) => {
  beforeAll(() => useBackend(backend));

  it('equals mimicry with spectral normalization', async () => {
    const { shape, x, weights, output, coefficients, gradients } = spectral;
    const layer = spectralNormalization({
      layer: selfAttention({ inputShape: shape.slice(1), name: 'it', kernelInitializer: 'zeros' }),
    });
    const model = sequential({ layers: [layer] });
    write(layer, weights);
    const paths = namedWeights(model)
      .slice(0, 5)
      .map(({ path }) => path); // without u and v
    const f = (x: Tensor, ...values: Tensor[]) =>
      functionalCall(model, Object.fromEntries(paths.map((path, i) => [path, values[i]!])), x);
    const inputs = [
      tensor(x, shape),
      ...weights.slice(0, 5).map(({ value, shape }) => tensor(value, shape)),
    ];
    expect(await f(...(inputs as [Tensor])).data()).toBeAllclose(output.value, { rtol: 1e-5 });
    const slopes = tidy(() =>
      grads((x, ...values) => sum<Scalar>(mul(f(x, ...values), tensor(coefficients, shape))))(
        inputs,
      ),
    );
    for (const [i, slope] of slopes.entries())
      expect(await slope.data(), `gradient ${i}`).toBeAllclose(gradients[i]!, { rtol: 1e-4 });
  });

  it.each(cases.map((c) => [JSON.stringify(c.options), c]))(
    'has the map of PyTorch with %s',
    async (_, { options, shape, x, weights, map }) => {
      const layer = selfAttention({ ...options, kernelInitializer: 'zeros' });
      layer.apply(zeros(shape));
      write(layer, weights);
      const drawn = attentionMap(layer, tensor(x, shape));
      expect(drawn.shape).toEqual(map.shape);
      expect(await drawn.data()).toBeAllclose(map.value, { rtol: 1e-5 });
    },
  );
});

describe('selfAttention', () => {
  beforeAll(() => useBackend('cpu'));

  it('changes nothing at first, with γ = 0', async () => {
    const layer = selfAttention();
    const x = new RandomStream(1).normal([1, 2, 2, 8]) as Tensor4D;
    expect(await (layer.apply(x) as Tensor).data()).toEqual(await x.data());
    expect(await layer.weights.at(-1)!.read().data()).toEqual(new Float32Array(1));
  });

  it('keeps γ at 0 where weights are drawn, and draws the four kernels', async () => {
    const model = sequential({
      layers: [selfAttention({ inputShape: [2, 2, 8], kernelInitializer: 'zeros', name: 'it' })],
    });
    initializeWeights(model, { seed: 1 });
    const norms = await Promise.all(
      namedWeights(model).map(async ({ path, variable }) => [
        path,
        Math.max(...(await variable.read().data()).map(Math.abs)) > 0,
      ]),
    );
    expect(Object.fromEntries(norms)).toEqual({
      'it/theta_kernel': true,
      'it/phi_kernel': true,
      'it/g_kernel': true,
      'it/o_kernel': true,
      'it/gamma': false,
    });
  });

  it('has one σ for each kernel, and none after they are removed', async () => {
    const layer = spectralNormalization({
      layer: selfAttention({ inputShape: [2, 4, 8], name: 'it', kernelInitializer: 'zeros' }),
    });
    const model = sequential({ layers: [layer] });
    write(layer, spectral.weights);
    expect(Object.keys(await spectralNorms(model))).toEqual(
      ['theta', 'phi', 'g', 'o'].map((name) => `it/${name}_kernel`),
    );
    const plain = removeSpectralNormalization(model);
    expect(plain.countParams()).toBe(8 + 8 + 32 + 32 + 1);
    const x: Tensor4D = tensor(spectral.x, spectral.shape);
    expect(await (plain.predict(x) as Tensor).data()).toBeAllclose(spectral.output.value, {
      rtol: 1e-5,
    });
    const [ofWrapper, ofPlain] = [layer, plain.layers[0]!].map((one) => attentionMap(one, x));
    expect(await ofWrapper!.data()).toBeAllclose(await ofPlain!.data(), { rtol: 1e-5 });
    // not that of the raw kernels
    const raw = attentionMap(layer.layer, x);
    expect(await raw.data()).not.toBeAllclose(await ofPlain!.data(), { rtol: 1e-2 });
  });

  it.each([weightNormalization, equalizedLearningRate])('works within %o', async (wrap) => {
    const layer = wrap({ layer: selfAttention() });
    const x = new RandomStream(1).normal([1, 2, 2, 8]);
    expect(await (layer.apply(x) as Tensor).data()).toEqual(await x.data());
    const rows = sum(attentionMap(layer, x as Tensor4D), 2);
    expect(await rows.data()).toBeAllclose([1, 1, 1, 1], { rtol: 1e-6 });
  });

  it('gives every key the same share where all pixels are equal', async () => {
    const layer = selfAttention();
    layer.apply(zeros([1, 4, 6, 8]));
    const map = attentionMap(layer, ones([1, 4, 6, 8]));
    expect(map.shape).toEqual([1, 24, 6]);
    expect(await map.data()).toBeAllclose(await softmax(zeros([1, 24, 6])).data(), { rtol: 1e-5 });
  });

  it('leaks nothing when a map is drawn', async () => {
    const layer = selfAttention();
    const x: Tensor4D = tensor(first.x, first.shape);
    layer.apply(x);
    const wrapped = spectralNormalization({ layer: selfAttention() });
    wrapped.apply(x);
    await expectNoLeak(() => attentionMap(layer, x).dispose(), 10);
    await expectNoLeak(() => attentionMap(wrapped, x).dispose(), 10);
    expect(x.isDisposed).toBe(false);
  });

  it('treats each sample by itself', () => {
    const model = sequential({ layers: [selfAttention({ inputShape: [2, 2, 8] })] });
    expect(samplesAreIndependent(model)).toBe(true);
  });

  it.each([
    [null, /: `options` must be an object with the keys .*\. Received: null/],
    [{ pooling: 2 }, /`pooling` must be true or false/],
    [{ keyDivisor: 0 }, /`keyDivisor` must be an integer >= 1/],
    [{ heads: 1 }, /Received: "heads"/],
  ])('refuses %o', (options, message) => {
    expect(() => selfAttention(options as never)).toThrow(message);
  });

  it('refuses odd sizes where it pools', () => {
    const layer = selfAttention();
    for (const shape of [
      [2, 3, 4, 8],
      [2, 4, 3, 8],
      [2, 4, 8],
    ])
      expect(() => layer.computeOutputShape(shape)).toThrow(
        /selfAttention: `inputShape` must be \[batch, height, width, channels\] with even height and width/,
      );
    expect(selfAttention({ pooling: false }).computeOutputShape([2, 3, 5, 8])).toEqual([
      2, 3, 5, 8,
    ]);
    const anySize = layer.computeOutputShape([null, null, null, 8]);
    expect(anySize).toEqual([null, null, null, 8]);
    layer.apply(zeros([1, 2, 2, 8]));
    expect(() => layer.apply(zeros([1, 3, 2, 8]))).toThrow(/even height and width/);
  });

  it('draws a map of attention only, once it is built', () => {
    const x: Tensor4D = zeros([1, 2, 2, 8]);
    const [dense, wrapped] = [layers.dense({ units: 1 }), { layer: layers.dense({ units: 1 }) }];
    for (const layer of [dense, spectralNormalization(wrapped)])
      expect(() => attentionMap(layer, x)).toThrow(/attentionMap: `layer` must be a layer made by/);
    expect(() => attentionMap(selfAttention(), x)).toThrow(/`layer` must be a layer that is built/);
    const layer = selfAttention();
    layer.apply(x);
    expect(() => attentionMap(layer, zeros([1, 2, 2, 9]))).toThrow(/of shape \[\?,\?,\?,8\]/);
    expect(() => attentionMap(layer, zeros([1, 2, 3, 8]))).toThrow(/even height and width/);
  });
});
