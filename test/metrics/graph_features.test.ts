import { loadGraphModel } from '@tensorflow/tfjs-converter';
import { conv2d, io, mean, relu, tensor4d, tidy } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { RandomStream } from '../../src/internal/random.js';
import { featureExtractor } from '../../src/metrics/feature_extractor.js';
import { BACKENDS, useBackend } from '../helpers/backends.js';
import { graphModel } from '../helpers/graph_model.js';
import { expectNoLeak } from '../helpers/leaks.js';

const FILTER = new RandomStream(1).normalValues(6);
const load = () => loadGraphModel(io.fromMemory(graphModel(FILTER)));
const draw = () => tensor4d(new RandomStream(2).normalValues(240), [5, 4, 4, 3]);

describe.each(BACKENDS)('featureExtractor of a GraphModel on %s', (backend) => {
  beforeAll(() => useBackend(backend));

  it('gives what its nodes compute, each time, and leaves images and weights alive', async () => {
    const [model, images] = [await load(), draw()];
    const expected = tidy(() => {
      const conv = conv2d(images, tensor4d(FILTER, [1, 1, 3, 2]), 1, 'valid');
      return { conv: conv.dataSync(), act: mean(relu(conv), [1, 2]).dataSync() };
    });
    const conv = featureExtractor(model, { layer: 'conv', maps: 'flat' });
    const act = featureExtractor(model, { layer: 'act' });
    for (let call = 0; call < 2; call++) {
      const [flat, pooled] = [await conv(images), await act(images)];
      expect(flat.shape).toEqual([5, 32]);
      expect(await flat.data()).toBeAllclose(expected.conv, { rtol: 1e-6 });
      expect(await pooled.data()).toBeAllclose(expected.act, { rtol: 1e-6 });
    }
    await expectNoLeak(async () => (await act(images)).dispose());
    expect(images.isDisposed).toBe(false);
  });

  it('refuses what is no node, or no features, and the model works on', async () => {
    const [model, images] = [await load(), draw()];
    await expect(featureExtractor(model, { layer: 'act9' })(images)).rejects.toThrow(
      'featureExtractor: `layer` must be a node of the graph. Received: "act9".',
    );
    await expect(featureExtractor(model, { layer: 'filter' })(images)).rejects.toThrow(
      /`layer` must be one with a row for each of 5 images/,
    );
    expect((await featureExtractor(model, { layer: 'act' })(images)).shape).toEqual([5, 2]);
  });
});
