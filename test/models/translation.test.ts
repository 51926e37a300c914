import { grads, memory, square, sum, tidy } from '@tensorflow/tfjs-core';
import type { Scalar, Tensor } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { beforeAll, describe, expect, it } from 'vitest';
import { RandomStream } from '../../src/internal/random.js';
import { SpectralNormalization } from '../../src/layers/spectral/spectral_normalization.js';
import { spectralNorms } from '../../src/layers/spectral/spectral_norms.js';
import { functionalCall } from '../../src/layers/weights/functional_call.js';
import { namedWeights } from '../../src/layers/weights/named_weights.js';
import { patchDiscriminator } from '../../src/models/patch_discriminator.js';
import { pixelDiscriminator } from '../../src/models/pixel_discriminator.js';
import { resnetGenerator } from '../../src/models/resnet_generator.js';
import { unetGenerator } from '../../src/models/unet_generator.js';
import { BACKENDS, ON_GPU, useBackend } from '../helpers/backends.js';
import { expectNoLeak } from '../helpers/leaks.js';
import { saveAndLoad } from '../helpers/save_and_load.js';

const NORMALIZATIONS = ['instance', 'batch', 'none'] as const;
const SMALL = { filters: 2, seed: 3, stddev: 0.3 };
const batch = (...shape: number[]) => new RandomStream(1).uniform(shape, -1, 1);
const paths = (model: LayersModel) => namedWeights(model).map(({ path }) => path);
const names = (model: LayersModel) => model.layers.map(({ name }) => name);
const run = (model: LayersModel, x: Tensor, training = true) =>
  model.apply(x, { training }) as Tensor;

describe.each(BACKENDS)('translation networks on %s', (backend) => {
  beforeAll(() => useBackend(backend));

  it.each(NORMALIZATIONS)('save, load and run with normalization %s', async (normalization) => {
    const common = { ...SMALL, normalization };
    const models = [
      resnetGenerator({ ...common, inputShape: [16, 12, 1], outputChannels: 3, blocks: 1 }),
      unetGenerator({ ...common, inputShape: [16, 32, 1], outputChannels: 2, downsamplings: 4 }),
      patchDiscriminator({ ...common, inputShape: [16, 14, 1], layers: 2 }),
      pixelDiscriminator({ ...common, inputShape: [3, 4, 1], spectralNorm: true }),
    ];
    const shapes = [
      [2, 16, 12, 3],
      [2, 16, 32, 2],
      [2, 2, 1, 1],
      [2, 3, 4, 1],
    ];
    for (const [i, model] of models.entries()) {
      const x = batch(2, ...(model.inputs[0]!.shape.slice(1) as number[]));
      expect(run(model, x).shape).toEqual(shapes[i]!);
      expect(model.outputs[0]!.shape.slice(1)).toEqual(shapes[i]!.slice(1));
      const copy = await saveAndLoad(model);
      expect(paths(copy)).toEqual(paths(model));
      const y = await run(model, x, false).data();
      expect(await run(copy, x, false).data()).toEqual(y);
      expect(new Set(y).size).toBeGreaterThan(3);
    }
  });

  it('take images of any size where height and width are null', async () => {
    const inputShape = [null, null, 2] as const;
    const resnet = resnetGenerator({ ...SMALL, inputShape, blocks: 1, outputChannels: 1 });
    const unet = unetGenerator({ ...SMALL, inputShape, downsamplings: 2, outputChannels: 1 });
    const patch = patchDiscriminator({ ...SMALL, inputShape, layers: 1 });
    const fixed = resnetGenerator({
      ...{ ...SMALL, inputShape: [8, 12, 2], blocks: 1, outputChannels: 1 },
    });
    const x = batch(1, 8, 12, 2);
    expect(await run(resnet, x).data()).toEqual(await run(fixed, x).data());
    expect(run(unet, batch(1, 8, 4, 2)).shape).toEqual([1, 8, 4, 1]);
    expect(run(unet, batch(1, 4, 20, 2)).shape).toEqual([1, 4, 20, 1]);
    expect(run(patch, batch(1, 9, 6, 2)).shape).toEqual([1, 2, 1, 1]);
    const copy = await saveAndLoad(resnet);
    expect(run(copy, batch(1, 12, 16, 2)).shape).toEqual([1, 12, 16, 1]);
  });

  it('give the same with blocks that are recomputed, and weights of the same names', async () => {
    const make = (recompute: boolean | 'auto') =>
      resnetGenerator({
        ...{ ...SMALL, inputShape: [12, 8, 2], blocks: 2, dropout: 0.3, recompute },
      });
    const x = batch(1, 12, 8, 2);
    const read = async (model: LayersModel) => {
      const weights = namedWeights(model);
      const f = (x?: Tensor, ...values: Tensor[]) => {
        const given = Object.fromEntries(weights.map(({ path }, i) => [path, values[i]!]));
        return sum<Scalar>(square(functionalCall(model, given, x!, { training: true })));
      };
      const values = weights.map(({ variable }) => variable.read().clone());
      const slopes = tidy(() => grads(f)([x, ...values]));
      return Promise.all(slopes.map(async (slope) => Array.from(await slope.data())));
    };
    const [plain, lean] = [make(false), make(true)];
    expect(paths(lean)).toEqual(paths(plain));
    expect(await read(lean)).toEqual(await read(plain));
    expect(await read(make('auto'))).toEqual(await read(make(false)));
    const copy = await saveAndLoad(lean);
    expect(await run(copy, x, false).data()).toEqual(await run(plain, x, false).data());
  });

  it('draw dropout masks anew, and none at inference', async () => {
    const unet = unetGenerator({ ...SMALL, inputShape: [64, 64, 1], downsamplings: 6 });
    const x = batch(1, 64, 64, 1);
    const [a, b] = [await run(unet, x).data(), await run(unet, x).data()];
    expect(Array.from(a)).not.toEqual(Array.from(b));
    const [c, d] = [run(unet, x, false), run(unet, x, false)];
    expect(await c.data()).toEqual(await d.data());
  });

  it('leak nothing, and give all their memory back', async () => {
    const before = memory().numTensors;
    const generator = resnetGenerator({ ...SMALL, inputShape: [8, 8, 1], blocks: 1 });
    const critic = patchDiscriminator({
      ...{ ...SMALL, inputShape: [12, 12, 1], layers: 2, spectralNorm: true },
    });
    const [x, y] = [batch(1, 8, 8, 1), batch(1, 12, 12, 1)];
    await expectNoLeak(() => {
      run(generator, x).dispose();
      run(critic, y).dispose();
    }, 50);
    for (const one of [generator, critic, x, y]) one.dispose();
    expect(memory().numTensors).toBe(before);
  });

  it('normalize spectrally: σ is 1 for every convolution', async () => {
    const critic = patchDiscriminator({
      ...{ ...SMALL, inputShape: [16, 16, 3], layers: 2, spectralNorm: true },
    });
    const wrapped = critic.layers.filter((layer) => layer instanceof SpectralNormalization);
    expect(wrapped.map(({ name }) => name)).toEqual(['conv0', 'conv1', 'conv2', 'conv3']);
    const sigmas = await spectralNorms(critic);
    const logits = run(critic, batch(2, 16, 16, 3), false);
    expect(logits.shape).toEqual([2, 2, 2, 1]);
    // drawn with stddev 0.3 they would be larger by as much as this
    for (const sigma of Object.values(sigmas)) expect(sigma).toBeGreaterThan(1.2);
    const gain = Object.values(sigmas).reduce((product, sigma) => product * sigma, 1);
    const plain = patchDiscriminator({
      ...{ ...SMALL, inputShape: [16, 16, 3], layers: 2, normalization: 'none' },
    });
    const largest = async (y: Tensor) => Math.max(...(await y.data()).map(Math.abs));
    const unnormalized = await largest(run(plain, batch(2, 16, 16, 3), false));
    // LeakyReLU is homogeneous, and biases start at 0
    expect(await largest(logits)).toBeAllclose(unnormalized / gain, { rtol: 1e-4 });
  });
});

describe('translation networks', () => {
  beforeAll(() => useBackend(ON_GPU ? BACKENDS[0]! : 'cpu'));

  it('have the layers and weights of their documentation', () => {
    const image = { ...SMALL, inputShape: [16, 16, 1] as const };
    expect(
      names(resnetGenerator({ ...image, blocks: 1, normalization: 'batch', dropout: 0.5 })),
    ).toEqual([
      'input',
      ...['encode0_pad', 'encode0', 'encode0_norm', 'encode0_act'],
      ...['encode1', 'encode1_norm', 'encode1_act', 'encode2', 'encode2_norm', 'encode2_act'],
      ...['block0_a_pad', 'block0_a', 'block0_a_norm', 'block0_a_act', 'block0_drop'],
      ...['block0_b_pad', 'block0_b', 'block0_b_norm', 'block0_add'],
      ...['decode0', 'decode0_norm', 'decode0_act', 'decode1', 'decode1_norm', 'decode1_act'],
      ...['output_pad', 'output', 'output_act'],
    ]);
    expect(names(unetGenerator({ ...image, downsamplings: 3 }))).toEqual([
      'input',
      ...['down0', 'down1_act', 'down1', 'down1_norm', 'down2_act', 'down2'],
      ...['up2_act', 'up2', 'up2_norm', 'skip1', 'up1_act', 'up1', 'up1_norm', 'skip0'],
      ...['up0_act', 'up0', 'output_act'],
    ]);
    expect(names(patchDiscriminator({ ...image, layers: 2 }))).toEqual([
      ...['conv0', 'conv0_act', 'conv1', 'conv1_norm', 'conv1_act'],
      ...['conv2', 'conv2_norm', 'conv2_act', 'conv3'],
    ]);
    expect(names(pixelDiscriminator(image))).toEqual([
      ...['conv0', 'conv0_act', 'conv1', 'conv1_norm', 'conv1_act', 'conv2'],
    ]);
  });

  it('have dropout in the inner blocks of 8·filters channels, the innermost apart', () => {
    const drops = (downsamplings: number) =>
      names(
        unetGenerator({ ...SMALL, filters: 1, inputShape: [256, 256, 1], downsamplings }),
      ).filter((name) => name.endsWith('_drop'));
    expect(drops(8)).toEqual(['up6_drop', 'up5_drop', 'up4_drop']);
    expect(drops(7)).toEqual(['up5_drop', 'up4_drop']);
    expect(drops(5)).toEqual([]);
  });

  it('have biases where the reference has them', () => {
    const image = { ...SMALL, inputShape: [16, 16, 1] as const };
    const biases = (model: LayersModel) =>
      paths(model)
        .filter((path) => path.endsWith('/bias'))
        .map((path) => path.slice(0, -5));
    for (const normalization of ['batch', 'none'] as const) {
      expect(biases(resnetGenerator({ ...image, normalization }))).toEqual(['output']);
      const unet = unetGenerator({ ...image, normalization, downsamplings: 3 });
      expect(biases(unet)).toEqual(['up0']);
      const patch = patchDiscriminator({ ...image, normalization, layers: 2 });
      expect(biases(patch)).toEqual(['conv0', 'conv3']);
      expect(biases(pixelDiscriminator({ ...image, normalization }))).toEqual(['conv0']);
    }
    const spectral = { ...image, spectralNorm: true };
    expect(biases(pixelDiscriminator(image))).toEqual(['conv0', 'conv1', 'conv2']);
    expect(biases(pixelDiscriminator(spectral))).toEqual(['conv0', 'conv1', 'conv2']);
    expect(names(pixelDiscriminator(spectral))).not.toContain('conv1_norm');
    expect(names(pixelDiscriminator({ ...spectral, normalization: 'instance' }))).toContain(
      'conv1_norm',
    );
    expect(biases(pixelDiscriminator({ ...spectral, normalization: 'batch' }))).toEqual(['conv0']);
  });

  it('start from N(0, stddev²), zero biases and N(1, stddev²), as their seed says', async () => {
    const make = (seed: number) =>
      resnetGenerator({
        ...{ inputShape: [8, 8, 3], filters: 8, blocks: 2, normalization: 'batch', seed },
      });
    const model = make(1);
    for (const { path, variable } of namedWeights(model)) {
      const values = await variable.read().data<'float32'>();
      const mean = values.reduce((a, b) => a + b, 0) / values.length;
      const deviation = Math.sqrt(values.reduce((a, b) => a + (b - mean) ** 2, 0) / values.length);
      if (path.endsWith('kernel')) expect(deviation, path).toBeAllclose(0.02, { rtol: 0.06 });
      if (path.endsWith('gamma')) expect(mean, path).toBeAllclose(1, { rtol: 0.03 });
      if (/bias|beta|mean/.test(path)) expect([mean, deviation], path).toEqual([0, 0]);
    }
    const first = (model: LayersModel) => model.getWeights()[0]!.data();
    expect(await first(make(1))).toEqual(await first(model));
    expect(await first(make(2))).not.toEqual(await first(model));
  });

  it.each([
    [() => resnetGenerator(undefined as never), /resnetGenerator: `options` must be an object/],
    [() => resnetGenerator({ inputShape: [8, 8] as never }), /`inputShape` must be \[height/],
    [() => resnetGenerator({ inputShape: [8, 8, null] as never }), /with known channels/],
    [() => resnetGenerator({ inputShape: [8, 1.5, 1] }), /`inputShape` must be an integer >= 1/],
    [
      () => resnetGenerator({ inputShape: [30, 33, 1] }),
      /multiples of 4, from 8 on. Received: \[30, 33, 1\].\nSizes next to these: height 28 or 32, width 32 or 36/,
    ],
    [() => resnetGenerator({ inputShape: [4, 8, 1] }), /height 8, width 8/],
    [() => resnetGenerator({ inputShape: [null, 9, 1] }), /height null, width 8 or 12/],
    [() => resnetGenerator({ inputShape: [8, 8, 1], blocks: -1 }), /`blocks` must be an integer/],
    [() => resnetGenerator({ inputShape: [8, 8, 1], padding: 'same' as never }), /'replicate'/],
    [() => resnetGenerator({ inputShape: [8, 8, 1], dropout: 1 }), /`dropout`/],
    [() => resnetGenerator({ inputShape: [8, 8, 1], filters: 0 }), /`filters`/],
    [() => resnetGenerator({ inputShape: [8, 8, 1], stddev: 0 }), /`stddev`/],
    [() => resnetGenerator({ inputShape: [8, 8, 1], seed: -1 }), /`seed`/],
    [() => resnetGenerator({ inputShape: [8, 8, 1], recompute: 1 as never }), /`recompute`/],
    [() => resnetGenerator({ inputShape: [8, 8, 1], outputChannels: 0 }), /`outputChannels`/],
    [() => resnetGenerator({ inputShape: [8, 8, 1], layers: 2 } as never), /Received: "layers"/],
    [
      () => resnetGenerator({ inputShape: [8, 8, 1], normalization: 'layer' as never }),
      /one of 'instance', 'batch', 'none'/,
    ],
    [
      () => resnetGenerator({ inputShape: [28, 28, 1], outputShape: [30, 32, 3] }),
      /`outputShape` must be .* multiples of 4, from 8 on. Received: \[30, 32, 3\].\nSizes next to these: height 28 or 32, width 32/,
    ],
    [
      () => resnetGenerator({ inputShape: [32, 32, 1], outputShape: [24, 32, 3] }),
      /`outputShape` must be of 26 to 88 pixels where inputShape has 32. Received: \[24, 32, 3\]/,
    ],
    [
      () => resnetGenerator({ inputShape: [8, 8, 1], outputShape: [8, 20, 3] }),
      /of 2 to 16 pixels where inputShape has 8/,
    ],
    [
      () => resnetGenerator({ inputShape: [null, 8, 1], outputShape: [8, 8, 3] }),
      /`outputShape` must be left out where inputShape has null/,
    ],
    [
      () => resnetGenerator({ inputShape: [8, 8, 1], outputShape: [8, 8] as never }),
      /`outputShape` must be \[height, width, channels\]/,
    ],
    [
      () => resnetGenerator({ inputShape: [8, 8, 1], outputShape: [8, 8, 2], outputChannels: 3 }),
      /`outputChannels` must be outputShape's 2, or left out. Received: 3/,
    ],
    [
      () => unetGenerator({ inputShape: [96, 160, 3] }),
      /unetGenerator: `inputShape` must be .* multiples of 256, from 256 on. Received: \[96, 160, 3\].\nSizes next to these: height 256, width 256. These take 5 downsamplings or fewer./,
    ],
    [
      () => unetGenerator({ inputShape: [28, 28, 1], downsamplings: 3 }),
      /height 24 or 32, width 24 or 32. These take 2 downsamplings or fewer/,
    ],
    [() => unetGenerator({ inputShape: [8, 8, 1], downsamplings: 1 }), /`downsamplings`/],
    [() => unetGenerator({ inputShape: [8, 8, 1], negativeSlope: 2 }), /`negativeSlope`/],
    [() => unetGenerator({ inputShape: [8, 8, 1], dropout: -1 }), /`dropout`/],
    [() => unetGenerator({ inputShape: [8, 8, 1], blocks: 1 } as never), /Received: "blocks"/],
    [
      () => patchDiscriminator({ inputShape: [20, 64, 3] }),
      /patchDiscriminator: `inputShape` must be of a height and width that are from 24 on. Received: \[20, 64, 3\].\nSizes next to these: height 24, width 64. Fewer layers take smaller ones./,
    ],
    [() => patchDiscriminator({ inputShape: [64, 64, 3], layers: 7 }), /`layers` must be .* <= 6/],
    [() => patchDiscriminator({ inputShape: [64, 64, 3], layers: 0 }), /`layers` must be/],
    [
      () => patchDiscriminator({ inputShape: [64, 64, 3], spectralNorm: 'yes' as never }),
      /`spectralNorm` must be true or false/,
    ],
    [() => patchDiscriminator({ inputShape: [64, 64, 3], negativeSlope: -1 }), /`negativeSlope`/],
    [() => pixelDiscriminator(undefined as never), /pixelDiscriminator: `options` must be/],
    [() => pixelDiscriminator({ inputShape: [8, 8, 1], layers: 1 } as never), /Received: "layers"/],
  ])('refuse bad input, case %#', (call, message) => {
    expect(call).toThrow(message);
  });

  it('take the smallest images that they say they take', () => {
    for (const normalization of NORMALIZATIONS)
      for (const layers of [1, 2, 3, 4, 5, 6]) {
        const side = 3 * 2 ** layers;
        const critic = patchDiscriminator({
          ...{ inputShape: [side, side, 1], filters: 1, layers, normalization },
        });
        expect(run(critic, batch(2, side, side, 1)).shape).toEqual([2, 1, 1, 1]);
      }
    const generator = resnetGenerator({
      ...{ inputShape: [8, 8, 1], outputShape: [16, 2, 1], filters: 1, blocks: 1 },
    });
    expect(run(generator, batch(1, 8, 8, 1)).shape).toEqual([1, 16, 2, 1]);
  });
});
