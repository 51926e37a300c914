import type { Tensor } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadStateDict } from '../../src/io/pytorch/load_state_dict.js';
import { prepareInceptionImages } from '../../src/metrics/inception/prepare_inception_images.js';
import { emptyInception } from '../../src/models/inception_v3.js';
import { BACKENDS, useBackend } from '../helpers/backends.js';
import { FEATURES, images, seededWeights } from '../helpers/inception.js';

/** The cpu backend takes nine seconds for an image. */
const counts = BACKENDS.map((name) => [name, name === 'cpu' ? 1 : 2] as const);
describe.each(counts)("torch-fidelity's Inception-v3 on %s", (backend, count) => {
  let network: LayersModel;
  let features: Tensor[];
  beforeAll(async () => {
    await useBackend(backend);
    network = emptyInception();
    loadStateDict({ model: network, stateDict: seededWeights(), architecture: 'inception' });
    features = network.predict(prepareInceptionImages(images(count), 'bytes', 'round')) as Tensor[];
  });
  afterAll(() => network.dispose());

  it.each(FEATURES.map(([name, values], i) => [name, i, values] as const))(
    '%s',
    async (_, i, values) => {
      const length = values.length / 2;
      expect(features[i]!.shape).toEqual([count, length]);
      expect(await features[i]!.data()).toBeAllclose(values.subarray(0, count * length), {
        rtol: 1e-4,
      });
    },
  );
});
