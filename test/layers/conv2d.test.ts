import { square, zeros } from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { layers, sequential } from '@tensorflow/tfjs-layers';
import { beforeAll, describe, expect, it } from 'vitest';
import { RandomStream } from '../../src/internal/random.js';
import { conv2d } from '../../src/layers/conv2d.js';
import { spectralNormalization } from '../../src/layers/spectral/spectral_normalization.js';
import { spectralNorms } from '../../src/layers/spectral/spectral_norms.js';
import { functionalCall } from '../../src/layers/weights/functional_call.js';
import { initializeWeights } from '../../src/models/initialize_weights.js';
import { BACKENDS, useBackend } from '../helpers/backends.js';
import { expectNoLeak } from '../helpers/leaks.js';
import { expectGradients, gradientProjection, weightedSum } from '../helpers/numeric_gradient.js';
import { saveAndLoad } from '../helpers/save_and_load.js';

describe.each(BACKENDS)('conv2d on %s', (backend) => {
  beforeAll(() => useBackend(backend));

  it.each([
    ['same', 1],
    ['same', 2],
    ['valid', 2],
  ] as const)(
    'equals the layer of tfjs with padding %s and strides %i',
    async (padding, strides) => {
      const options = { filters: 4, kernelSize: 3, padding, strides };
      const [ours, theirs] = [conv2d(options), layers.conv2d(options)];
      const x = new RandomStream(1).normal([2, 7, 6, 3]);
      theirs.apply(x);
      const stream = new RandomStream(2);
      theirs.setWeights([stream.normal([3, 3, 3, 4]), stream.normal([4])]);
      ours.apply(x);
      ours.setWeights(theirs.getWeights());
      const [y, reference] = [ours.apply(x) as Tensor, theirs.apply(x) as Tensor];
      expect(y.shape).toEqual(reference.shape);
      expect(ours.computeOutputShape(x.shape)).toEqual(y.shape);
      expect(await y.data()).toBeAllclose(await reference.data(), { rtol: 1e-6 });
    },
  );

  it('pads every side by a number of pixels', async () => {
    const layer = conv2d({ filters: 1, kernelSize: 4, padding: 1, useBias: false });
    const x = new RandomStream(1).normal([1, 5, 5, 1]);
    layer.apply(x);
    layer.setWeights([new RandomStream(2).normal([4, 4, 1, 1])]);
    const y = layer.apply(x) as Tensor;
    expect(y.shape).toEqual([1, 4, 4, 1]);
    expect(layer.computeOutputShape([null, 5, 5, 1])).toEqual([null, 4, 4, 1]);
    // by hand: the first window starts at (−1, −1)
    const [values, kernel] = [await x.data(), await layer.getWeights()[0]!.data()];
    const inside = (i: number) => i >= 0 && i < 5;
    const expected = Array.from({ length: 16 }, (_, at) => {
      const [top, left] = [Math.floor(at / 4) - 1, (at % 4) - 1];
      let total = 0;
      for (let i = 0; i < 4; i++)
        for (let j = 0; j < 4; j++)
          if (inside(top + i) && inside(left + j))
            total += values[(top + i) * 5 + left + j]! * kernel[i * 4 + j]!;
      return total;
    });
    expect(await y.data()).toBeAllclose(expected, { rtol: 1e-6 });
  });

  it('has right first and second derivatives', async () => {
    const model = sequential({
      layers: [
        conv2d({
          name: 'c',
          filters: 2,
          kernelSize: 3,
          strides: 2,
          padding: 1,
          inputShape: [4, 4, 2],
        }),
      ],
    });
    const stream = new RandomStream(3);
    const inputs = [stream.normal([1, 4, 4, 2]), stream.normal([3, 3, 2, 2]), stream.normal([2])];
    const f = weightedSum((x, kernel, bias) => {
      const y = functionalCall(model, { 'c/kernel': kernel, 'c/bias': bias }, x);
      return square(y);
    });
    await expectGradients(f, inputs, { rtol: 2e-3 });
    // in the input and the bias; the gradient of a kernel's gradient waits for its repair
    const g = weightedSum((x) =>
      square(functionalCall(model, { 'c/kernel': inputs[1]!, 'c/bias': inputs[2]! }, x)),
    );
    await expectGradients(gradientProjection(g), [inputs[0]!], { rtol: 2e-3 });
  });

  it('is normalised spectrally as the layer of tfjs is', async () => {
    const options = { filters: 4, kernelSize: 3, inputShape: [5, 5, 2] };
    const normalized = (layer: layers.Layer) => {
      const model = sequential({ layers: [spectralNormalization({ layer, name: 'sn' })] });
      initializeWeights(model, { stddev: 1, seed: 3 });
      return model;
    };
    const [ours, theirs] = [normalized(conv2d(options)), normalized(layers.conv2d(options))];
    const x = new RandomStream(1).normal([2, 5, 5, 2]);
    const reference = await (theirs.apply(x, { training: true }) as Tensor).data();
    expect(await (ours.apply(x, { training: true }) as Tensor).data()).toBeAllclose(reference);
    const sigmas = await Promise.all([spectralNorms(ours), spectralNorms(theirs)]);
    expect(sigmas[0]['sn']!).toBeAllclose(sigmas[1]['sn']!);
    expect(sigmas[0]['sn']!).toBeGreaterThan(1);
  });

  it('survives saving and loading', async () => {
    const model = sequential({
      layers: [
        conv2d({ filters: 2, kernelSize: 3, padding: 1, useBias: false, inputShape: [4, 4, 1] }),
      ],
    });
    const x = new RandomStream(1).normal([2, 4, 4, 1]);
    const copy = await saveAndLoad(model);
    expect(await (copy.predict(x) as Tensor).data()).toEqual(
      await (model.predict(x) as Tensor).data(),
    );
  });

  it('leaks nothing', async () => {
    const layer = conv2d({ filters: 2, kernelSize: 3 });
    const x = zeros([1, 4, 4, 1]);
    await expectNoLeak(() => (layer.apply(x) as Tensor).dispose());
  });
});

describe('conv2d refuses', () => {
  beforeAll(() => useBackend('cpu'));

  it('images that its kernel does not fit into', () => {
    const message = (least: number) =>
      new RegExp(`^conv2d: \`inputShape\` must be .* of ${least} × ${least} or more pixels`);
    const padded = conv2d({ filters: 1, kernelSize: 4, padding: 1 });
    expect(() => padded.apply(zeros([1, 1, 8, 1]))).toThrow(message(2));
    const bare = conv2d({ filters: 1, kernelSize: 4 });
    expect(() => bare.apply(zeros([1, 4, 3, 1]))).toThrow(message(4));
    expect((bare.apply(zeros([1, 4, 4, 1])) as Tensor).shape).toEqual([1, 1, 1, 1]);
  });

  it.each([
    [{ kernelSize: 3 }, /conv2d: `filters` must be an integer >= 1/],
    [{ filters: 1, kernelSize: 0 }, /`kernelSize` must be an integer >= 1/],
    [{ filters: 1, kernelSize: 3, strides: 1.5 }, /`strides` must be an integer >= 1/],
    [
      { filters: 1, kernelSize: 3, padding: 'full' },
      /`padding` must be 'valid', 'same' or an integer >= 0/,
    ],
    [{ filters: 1, kernelSize: 3, padding: -1 }, /`padding`/],
    [{ filters: 1, kernelSize: 3, useBias: 'no' }, /`useBias` must be true or false/],
    [
      { filters: 1, kernelSize: 3, kernelInitializer: 'ones' },
      /`kernelInitializer` must be one of 'zeros', 'glorotuniform'/,
    ],
    [{ filters: 1, kernelSize: 3, dilation: 2 }, /Received: "dilation"/],
  ])('%o', (args, message) => {
    expect(() => conv2d(args as never)).toThrow(message);
  });

  it('an input without channels', () => {
    expect(() => conv2d({ filters: 1, kernelSize: 3 }).build([null, 4, 4])).toThrow(
      /`inputShape` must be \[batch, height, width, channels\]/,
    );
  });
});
