import { layers, sequential } from '@tensorflow/tfjs-layers';
import { beforeAll, describe, expect, it } from 'vitest';
import { spectralNormalization } from '../../src/layers/spectral/spectral_normalization.js';
import { advancePowerIteration, spectralNorms } from '../../src/layers/spectral/spectral_norms.js';
import { asyncTidy, values } from '../helpers/async_tidy.js';
import { BACKENDS, useBackend } from '../helpers/backends.js';
import { expectNoLeak } from '../helpers/leaks.js';
import { seedWeights } from '../helpers/spectral.js';

/** A nested trunk, a layer with two kernels, a wrapped wrapper and a plain layer. */
function network() {
  const first = layers.separableConv2d({ filters: 3, kernelSize: 2, name: 'separable' });
  const trunk = sequential({
    name: 'trunk',
    layers: [layers.inputLayer({ inputShape: [4, 4, 2] }), spectralNormalization({ layer: first })],
  });
  const inner = spectralNormalization({
    layer: layers.dense({ units: 4, name: 'rows' }),
    powerIterations: 3,
  });
  const score = spectralNormalization({ layer: layers.dense({ units: 3, name: 'score' }) });
  const model = sequential({
    layers: [
      trunk,
      layers.timeDistributed({ layer: inner, name: 'each' }),
      layers.flatten(),
      layers.dense({ units: 5, name: 'plain' }),
      score,
    ],
  });
  return { model, inner, score, separable: trunk.layers.at(-1)! };
}

describe.each(BACKENDS)('models with spectral normalization on %s', (backend) => {
  beforeAll(() => useBackend(backend));

  it('spectralNorms reads σ of every kernel by its path', async () => {
    const { model, score, separable } = network();
    const norms = await spectralNorms(model);
    expect(Object.keys(norms)).toEqual([
      'trunk/separable/depthwise_kernel',
      'trunk/separable/pointwise_kernel',
      'each/rows',
      'score',
    ]);
    await asyncTidy(async () => {
      const [kernel] = await values(score.sigma()['kernel']!);
      expect(norms['score']).toBe(kernel);
      const [pointwise] = await values((separable as typeof score).sigma()['pointwise_kernel']!);
      expect(norms['trunk/separable/pointwise_kernel']).toBe(pointwise);
    });
    await expectNoLeak(() => spectralNorms(model), 2);
    model.dispose();
  });

  it('spectralNorms of a model without such layers is empty', async () => {
    const plain = sequential({ layers: [layers.dense({ units: 1, inputShape: [2] })] });
    expect(await spectralNorms(plain)).toEqual({});
    expect(() => advancePowerIteration(plain)).not.toThrow();
  });

  it('advancePowerIteration does to every layer what one training call does', async () => {
    const { model, inner, score, separable } = network();
    const all = [inner, score, separable];
    const vectors = () =>
      Promise.all(
        all.flatMap((layer) => layer.nonTrainableWeights.map((weight) => values(weight.read()))),
      );
    for (const layer of all) seedWeights(layer);
    const before = await vectors();
    const weights = all.map((layer) => layer.getWeights().map((w) => w.clone()));

    advancePowerIteration(model);
    const advanced = await vectors();
    advanced.forEach((vectors, i) => expect(vectors).not.toEqual(before[i]));

    all.forEach((layer, i) => layer.setWeights(weights[i]!));
    inner.powerIterate(3);
    score.powerIterate(1);
    (separable as typeof score).powerIterate(1);
    expect(await vectors()).toEqual(advanced);

    await expectNoLeak(() => advancePowerIteration(model));
    model.dispose();
  });

  it('refuses what is not a model, and what is not built', async () => {
    expect(() => advancePowerIteration({} as never)).toThrow(
      /advancePowerIteration: `model` must be a LayersModel/,
    );
    await expect(spectralNorms(undefined as never)).rejects.toThrow(
      /`model` must be a LayersModel/,
    );
  });
});
