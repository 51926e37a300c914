import { add, concat, memory, slice, tensor1d, tensor2d, zeros } from '@tensorflow/tfjs-core';
import type { Optimizer, Tensor } from '@tensorflow/tfjs-core';
import { layers, sequential } from '@tensorflow/tfjs-layers';
import { beforeAll, describe, expect, it } from 'vitest';
import { RandomStream } from '../../src/internal/random.js';
import {
  addReferenceBatch,
  removeReferenceBatch,
} from '../../src/layers/normalization/reference_batch.js';
import { virtualBatchNormalization } from '../../src/layers/normalization/virtual_batch_normalization.js';
import { nonSaturating } from '../../src/losses/non_saturating.js';
import { initializeWeights } from '../../src/models/initialize_weights.js';
import { createGAN } from '../../src/training/systems/gan.js';
import type { GAN, GANBatch } from '../../src/training/systems/gan_members.js';
import { BACKENDS, ON_GPU, useBackend } from '../helpers/backends.js';
import { expectNoLeak } from '../helpers/leaks.js';
import { saveAndLoad } from '../helpers/save_and_load.js';
import { describeSystem } from '../training/system_contract.js';
import { describeLayer } from './layer_contract.js';

/** A generator of two numbers, or a network of any other inputs, whose hidden layers see a reference batch. */
function network(inputs = 3, referenceSize = 4) {
  const model = sequential({
    layers: [
      addReferenceBatch({ referenceSize, seed: 7, inputShape: [inputs], name: 'reference' }),
      layers.dense({ units: 5, name: 'hidden' }),
      virtualBatchNormalization({ referenceSize, name: 'norm' }),
      layers.activation({ activation: 'tanh', name: 'act' }),
      layers.dense({ units: 2, name: 'out' }),
      removeReferenceBatch({ referenceSize, name: 'rest' }),
    ],
  });
  initializeWeights(model, { stddev: 0.7, seed: 1 });
  return model;
}

// first, because it makes wasm's heap fail, which only a new one does; software GPUs run other systems
if (!ON_GPU)
  describeSystem<GANBatch, GAN<Tensor, Optimizer, Optimizer>>(
    'a GAN with virtual batch normalization',
    {
      name: 'GAN',
      make: (seed) =>
        createGAN({
          generator: network(),
          discriminator: sequential({
            layers: [
              layers.dense({ units: 1, inputShape: [2], kernelInitializer: 'ones', name: 'judge' }),
            ],
          }),
          loss: nonSaturating(),
          ema: { decay: 0.5 },
          seed,
        }),
      batch: (k) => ({ real: new RandomStream(k + 20).normal([4, 2]) }),
    },
  );

describeLayer({
  name: 'virtualBatchNormalization',
  make: (options) => virtualBatchNormalization(options as { referenceSize: number }),
  options: { referenceSize: 2, epsilon: 1e-3, scale: true, center: true },
  shape: [4, 2, 1, 2],
});

describe.each(BACKENDS)('virtual batch normalization on %s', (backend) => {
  beforeAll(() => useBackend(backend));

  const reference = () =>
    tensor2d([
      [1, 2],
      [3, 0],
      [0, 1],
      [2, 2],
    ]);
  const batch = () =>
    tensor2d([
      [1, -1],
      [4, 2],
    ]);

  it('has the values of the authors’ code by float64', async () => {
    const layer = virtualBatchNormalization({ referenceSize: 4 });
    const y = layer.apply(concat([reference(), batch()])) as Tensor;
    expect(await slice(y, 0, [1, 2]).data()).toBeAllclose([-0.44721181, 0.90452746], {
      rtol: 1e-5,
    });
    expect(await slice(y, 4).data()).toBeAllclose(
      [-0.39223038, -1.54348159, 1.41421003, 0.74999414],
      { rtol: 1e-5 },
    );
  });

  it('keeps its digits where the mean is far from 0', async () => {
    const layer = virtualBatchNormalization({ referenceSize: 4 });
    const far = add(concat([reference(), batch()]), 4096);
    expect(await slice(layer.apply(far) as Tensor, 4).data()).toBeAllclose(
      [-0.39223038, -1.54348159, 1.41421003, 0.74999414],
      { rtol: 1e-5 },
    );
  });

  it('treats each sample alike in any company, in training and at inference', async () => {
    const model = network();
    const z = new RandomStream(3).normal([3, 3]);
    const all = await (model.predict(z) as Tensor).data();
    const alone = await (model.predict(slice(z, 1, 1)) as Tensor).data();
    expect(alone).toBeAllclose([...all.slice(2, 4)], { rtol: 1e-6 });
    expect(await (model.apply(z, { training: true }) as Tensor).data()).toEqual(all);
    expect(model.outputs[0]!.shape).toEqual([null, 2]);
    // more than a batch of predict, each with the reference
    const many = new RandomStream(4).normal([40, 3]);
    const [whole, cut] = [64, 16].map((batchSize) => model.predict(many, { batchSize }) as Tensor);
    expect(await cut!.data()).toBeAllclose([...(await whole!.data())], { rtol: 1e-6 });
  });

  it('keeps its reference in a saved model, and no optimizer sees it', async () => {
    const model = network();
    const layer = model.getLayer('reference') as ReturnType<typeof addReferenceBatch>;
    const drawn = await layer.getWeights()[0]!.data();
    expect(drawn).toEqual(await new RandomStream(7).normal([4, 3]).data());
    expect(model.trainableWeights.map(({ name }) => name).join(' ')).not.toContain('reference');
    const x = new RandomStream(5).normal([4, 3]);
    layer.setReference(x);
    expect(await layer.getWeights()[0]!.data()).toEqual(await x.data());
    const z = new RandomStream(6).normal([2, 3]);
    const copy = await saveAndLoad(model);
    expect(await (copy.predict(z) as Tensor).data()).toEqual(
      await (model.predict(z) as Tensor).data(),
    );
    await expectNoLeak(() => (model.apply(z) as Tensor).dispose(), 20);
    expect(x.isDisposed).toBe(false);
  });
});

describe('the layers of a reference batch', () => {
  beforeAll(() => useBackend('cpu'));

  it('refuse what does not fit', () => {
    const layer = addReferenceBatch({ referenceSize: 2 });
    expect(() => layer.setReference(zeros([2, 3]))).toThrow(
      'addReferenceBatch.setReference: `layer` must be a built layer',
    );
    expect(() => layer.build([null, null, 3])).toThrow('[batch, …] of known sizes');
    layer.build([null, 3]);
    const { numTensors } = memory();
    const x = zeros([3, 3]);
    expect(() => layer.setReference(x)).toThrow('`x` must be of shape [2,3]');
    x.dispose();
    expect(memory().numTensors).toBe(numTensors);
    const few = zeros([2, 3]);
    expect(() => removeReferenceBatch({ referenceSize: 2 }).apply(few)).toThrow(
      'more rows than the 2',
    );
    expect(() => virtualBatchNormalization({ referenceSize: 3 }).apply(few)).toThrow(
      'the 3 rows of the reference batch',
    );
    expect(() => virtualBatchNormalization({ referenceSize: 1 }).apply(tensor1d([1]))).toThrow(
      '[batch, …, channels]',
    );
    expect(layer.computeOutputShape([5, 3])).toEqual([7, 3]);
    expect(layer.computeOutputShape([null, 3])).toEqual([null, 3]);
  });

  it('draw another reference by another seed, or uniform numbers', async () => {
    const drawn = async (options: object) => {
      const layer = addReferenceBatch({ referenceSize: 50, ...options });
      layer.build([null, 2]);
      return [...(await layer.getWeights()[0]!.data())];
    };
    const normal = await drawn({});
    expect(await drawn({ seed: 0 })).toEqual(normal);
    expect(await drawn({ seed: 1 })).not.toEqual(normal);
    const uniform = await drawn({ distribution: 'uniform' });
    expect(Math.max(...uniform.map(Math.abs))).toBeLessThan(1);
    expect(Math.max(...normal.map(Math.abs))).toBeGreaterThan(1.5);
  });
});
