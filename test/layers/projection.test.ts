import { tensor1d, tensor2d, zeros } from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { input, model } from '@tensorflow/tfjs-layers';
import type { SymbolicTensor, layers } from '@tensorflow/tfjs-layers';
import { beforeAll, describe, expect, it } from 'vitest';
import { projection } from '../../src/layers/projection.js';
import { equalizedLearningRate } from '../../src/layers/reparametrization/equalized_learning_rate.js';
import { weightNormalization } from '../../src/layers/reparametrization/weight_normalization.js';
import { removeSpectralNormalization } from '../../src/layers/spectral/remove_spectral_normalization.js';
import { spectralNormalization } from '../../src/layers/spectral/spectral_normalization.js';
import { spectralNorms } from '../../src/layers/spectral/spectral_norms.js';
import { namedWeights } from '../../src/layers/weights/named_weights.js';
import { initializeWeights } from '../../src/models/initialize_weights.js';
import { samplesAreIndependent } from '../../src/training/step/independent_samples.js';
import { BACKENDS, useBackend } from '../helpers/backends.js';
import { saveAndLoad } from '../helpers/save_and_load.js';
import { singularValues } from '../helpers/singular_values.js';
import { describeLayer } from './layer_contract.js';

describeLayer({
  name: 'projection',
  make: (options) => projection(options as never),
  options: { classes: 3, useBias: false, kernelInitializer: 'zeros' },
  shape: [4, 3],
  labels: [2, 0, 1, 2],
});

/** A model of the layer and, by default, spectral normalization. */
function critic(wrap = (layer: layers.Layer): layers.Layer => spectralNormalization({ layer })) {
  const inputs = [input({ shape: [3] }), input({ shape: [1] })];
  const head = wrap(projection({ classes: 4, kernelInitializer: 'zeros', name: 'head' }));
  const network = model({ inputs, outputs: head.apply(inputs) as SymbolicTensor });
  initializeWeights(network, { stddev: 0.5, seed: 2 });
  return network;
}
const INPUTS = () => [tensor2d([[1, 2, 3]]), tensor2d([[2]])];

describe.each(BACKENDS)('projection on %s', (backend) => {
  beforeAll(() => useBackend(backend));

  it('takes numbers of any dtype, and one-hot rows, and adds nothing for no class', async () => {
    const layer = projection({ classes: 3 });
    const h = tensor2d([[1], [2]]);
    layer.build([h.shape, [2]]);
    layer.setWeights([tensor2d([[5]]), tensor1d([0.5]), tensor2d([[1], [10], [100]])]);
    const values = async (labels: Tensor) => [
      ...(await (layer.apply([h, labels]) as Tensor).data()),
    ];
    for (const labels of [
      tensor1d([2, 0]),
      tensor1d([2, 0], 'int32'),
      tensor2d([[2], [0]], [2, 1], 'int32'),
      tensor2d([
        [0, 0, 1],
        [1, 0, 0],
      ]),
    ])
      expect(await values(labels)).toEqual([105.5, 12.5]);
    expect(await values(tensor1d([3, -1]))).toEqual([5.5, 10.5]);
  });

  it('divides kernel and table by their own largest singular values', async () => {
    const network = critic();
    const head = network.getLayer('head') as ReturnType<typeof spectralNormalization>;
    head.warmUp(60);
    const weights = namedWeights(network);
    expect(weights.map(({ path, variable }) => [path, ...variable.shape])).toEqual([
      ['head/kernel', 3, 1],
      ['head/bias', 1],
      ['head/embeddings', 4, 3],
      ['head/kernel_u', 1],
      ['head/kernel_v', 3],
      ['head/embeddings_u', 4],
      ['head/embeddings_v', 3],
    ]);
    const valueOf = (path: string) =>
      weights
        .find((weight) => weight.path === path)!
        .variable.read()
        .data();
    const kernel = await valueOf('head/kernel');
    const table = await valueOf('head/embeddings');
    const norms = await spectralNorms(network);
    const sigma = { kernel: Math.hypot(...kernel), table: singularValues(table, 4, 3)[0]! };
    expect(norms['head/kernel']).toBeCloseTo(sigma.kernel, 5);
    expect(norms['head/embeddings']).toBeCloseTo(sigma.table, 5);
    const expected = [1, 2, 3].reduce(
      (y, x, i) => y + x * (kernel[i]! / sigma.kernel + table[2 * 3 + i]! / sigma.table),
      0,
    );
    const y = network.predict(INPUTS()) as Tensor;
    expect(await y.data()).toBeAllclose([expected], { rtol: 1e-5 });
    const bare = removeSpectralNormalization(network);
    expect(await (bare.predict(INPUTS()) as Tensor).data()).toBeAllclose([expected], {
      rtol: 1e-5,
    });
    const copy = await saveAndLoad(network);
    expect(await (copy.predict(INPUTS()) as Tensor).data()).toEqual(await y.data());
  });

  it('can be weight-normalized, which changes nothing at first, and equalized', async () => {
    const networks = [
      critic((layer) => layer),
      critic((layer) => weightNormalization({ layer })),
      critic((layer) => equalizedLearningRate({ layer, gain: Math.sqrt(3) * 0.5 })),
    ];
    const [plain, ...others] = networks.map((network) => network.predict(INPUTS()) as Tensor);
    const expected = await plain!.data();
    for (const y of others) expect(await y.data()).toBeAllclose(expected, { rtol: 1e-5 });
  });
});

describe('projection', () => {
  beforeAll(() => useBackend('cpu'));

  it('treats samples apart, so that passes may be joined', () => {
    expect(samplesAreIndependent(critic())).toBe(true);
  });

  it.each([
    [null, /: `options` must be an object with the keys .*\. Received: null/],
    [{}, /`classes` must be an integer >= 1/],
    [{ classes: 1.5 }, /`classes` must be an integer >= 1/],
    [{ classes: 2, useBias: 0 }, /`useBias` must be true or false/],
    [{ classes: 2, kernelInitializer: 'ones' }, /`kernelInitializer` must be one of/],
    [{ classes: 2, units: 2 }, /Received: "units"/],
  ])('refuses %o', (options, message) => {
    expect(() => projection(options as never)).toThrow(message);
  });

  it.each([
    ['no labels', () => zeros([2, 3]), /`inputShape` must be two shapes, of \[x, labels\]/],
    ['labels of two columns', () => [zeros([2, 3]), zeros([2, 2])], /\[batch, 1\] with numbers/],
    ['too many labels', () => [zeros([2, 3]), zeros([3, 1])], /one for each of the 2 samples/],
    ['maps', () => [zeros([2, 1, 1, 3]), zeros([2])], /\[batch, features\] with known features/],
  ])('refuses %s', (_, inputs, message) => {
    expect(() => projection({ classes: 4 }).apply(inputs())).toThrow(message);
  });
});
