import { memory, tensor } from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { beforeAll, describe, expect, it } from 'vitest';
import { fill } from '../../../bench/hash.js';
import { loadStateDict } from '../../../src/io/pytorch/load_state_dict.js';
import { readPth } from '../../../src/io/pytorch/read_pth.js';
import { stateDict } from '../../../src/io/pytorch/state_dict.js';
import { decodeSafetensors, encodeSafetensors } from '../../../src/io/safetensors.js';
import { dcganGenerator } from '../../../src/models/dcgan_generator.js';
import { residualDiscriminator } from '../../../src/models/residual_discriminator.js';
import { residualGenerator } from '../../../src/models/residual_generator.js';
import { bytesOf } from '../../helpers/base64.js';
import { BACKENDS, ON_GPU, useBackend } from '../../helpers/backends.js';
import { fixture } from '../../helpers/fixtures.js';

const MODELS = { residualGenerator, residualDiscriminator };

interface Written {
  readonly name: string;
  readonly model: keyof typeof MODELS;
  readonly options: {
    readonly imageShape: readonly [number, number, number];
    readonly latentSize?: number;
    readonly classes?: number;
  };
  readonly checkpoint?: string;
  readonly safetensors: string;
  readonly shape: readonly number[];
  readonly output: string;
}

const cases = ['torch_weights_residual', 'torch_weights_cgan_pd', 'torch_weights_sagan'].flatMap(
  (name) => fixture<{ cases: Written[] }>(name).cases,
);
const floats = (base64: string) => new Float32Array(bytesOf(base64).buffer);
const arraysOf = (one: Written) => decodeSafetensors(bytesOf(one.safetensors)).tensors;
const named = (name: string) => cases.find((one) => one.name === name)!;
const architecture = 'residual';

function modelOf({ model, options }: Written, others: object = {}): LayersModel {
  const mimicry =
    model === 'residualGenerator'
      ? { interpolation: 'bilinear', epsilon: 1e-5 }
      : { skipInput: 'relu' };
  return (MODELS[model] as (options: object) => LayersModel)({
    ...{ ...options, ...mimicry, seed: 9, ...others },
  });
}

function inputOf({ options, shape }: Written): Tensor | Tensor[] {
  const { imageShape, latentSize, classes } = options;
  const sample = latentSize === undefined ? imageShape : [latentSize];
  const size = sample.reduce((a, b) => a * b, 1);
  const x = tensor(fill(shape[0]! * size, 1802, 1), [shape[0]!, ...sample]);
  if (classes === undefined) return x;
  return [x, tensor(Array.from({ length: shape[0]! }, (_, i) => [(i + 1) % classes]))];
}

// cpu takes seconds for what these do in milliseconds
describe.each(BACKENDS.filter((name) => name !== 'cpu'))('networks of mimicry on %s', (backend) => {
  beforeAll(() => useBackend(backend));

  it.each(cases.map((one) => [one.name, one] as const))(
    '%s: the same outputs, and the same file back',
    async (_, one) => {
      const model = modelOf(one);
      const nothing = { missing: [], unexpected: [] };
      expect(loadStateDict({ model, stateDict: arraysOf(one), architecture })).toEqual(nothing);
      const tensors = await stateDict({ model, architecture });
      const theirs = arraysOf(one);
      // mimicry's own classes advance u by a round before they use it, and note the σ of the round before
      for (const key of Object.keys(theirs).filter((name) => /\.sn_(u|sigma)$/.test(name))) {
        expect(tensors[key]!.shape).toEqual(theirs[key]!.shape);
        expect(tensors[key]!.data).toBeAllclose(theirs[key]!.data, { rtol: 0.1 });
        tensors[key] = theirs[key]!;
      }
      expect(encodeSafetensors({ tensors, metadata: { format: 'pt' } })).toEqual(
        bytesOf(one.safetensors),
      );
      const made = model.predict(inputOf(one)) as Tensor;
      expect(made.shape).toEqual(one.shape);
      expect(await made.data()).toBeAllclose(floats(one.output), { rtol: ON_GPU ? 1e-4 : 2e-5 });
    },
  );
});

describe('checkpoints of mimicry', () => {
  beforeAll(() => useBackend('wasm'));

  it.each(cases.filter(({ checkpoint }) => checkpoint).map((one) => [one.name, one] as const))(
    '%s: its state_dict behind model_state_dict',
    async (_, one) => {
      const read = await readPth(bytesOf(one.checkpoint!), { path: 'model_state_dict' });
      expect(Object.keys(read).sort()).toEqual(Object.keys(arraysOf(one)).sort());
      const model = modelOf(one);
      expect(loadStateDict({ model, stateDict: read, architecture }).missing).toEqual([]);
      expect(await (model.predict(inputOf(one)) as Tensor).data()).toBeAllclose(
        floats(one.output),
        { rtol: 2e-5 },
      );
    },
  );

  it('files of PyTorch 1.0 have no v: it follows from u, also where a map is counted otherwise', async () => {
    const one = { ...named('SN-GAN 32, generator'), options: { imageShape: [32, 32, 1] } } as const;
    const model = modelOf(one, { filters: 2, spectralNorm: true });
    const whole = await stateDict({ model, architecture });
    const older = Object.fromEntries(
      Object.entries(whole).filter(([name]) => !name.endsWith('weight_v')),
    );
    expect(whole['l1.weight_u']!.shape).toEqual([32]);
    expect(whole['l1.weight_v']!.shape).toEqual([128]);
    loadStateDict({ model, stateDict: older, architecture });
    const { 'l1.weight_v': v, 'l1.weight_orig': weight } = await stateDict({ model, architecture });
    const u = whole['l1.weight_u']!.data;
    const columns = Float64Array.from(v!.data, (_, column) =>
      (u as Float32Array).reduce(
        (sum, value, row) => sum + value * weight!.data[row * 128 + column]!,
        0,
      ),
    );
    const length = Math.hypot(...columns);
    expect(v!.data).toBeAllclose(
      columns.map((value) => value / length),
      { rtol: 1e-5 },
    );
  });
});

describe('names', () => {
  beforeAll(() => useBackend('wasm'));

  it.each([
    [32, 'c5', 'l5', 'l5'],
    [48, 'c5', 'l5', 'l6'],
    [64, 'c6', 'l6', 'l6'],
    [128, 'c7', 'l7', 'l7'],
  ] as const)('at %i the last layers are %s, %s and %s', async (size, image, logit, critic) => {
    const options = { imageShape: [size, size, 3], filters: 1 } as const;
    const mimicry = { skipInput: 'relu', pooling: 'mean', spectralNorm: false } as const;
    const last = async (model: LayersModel) =>
      Object.keys(await stateDict({ model, architecture }))
        .filter((key) => /^[cl][^1]\.bias/.test(key))
        .join();
    const generator = residualGenerator({ ...options, interpolation: 'bilinear', epsilon: 1e-5 });
    expect(await last(generator)).toBe(`${image}.bias`);
    const discriminator = residualDiscriminator({ ...options, skipInput: 'relu' });
    expect(await last(discriminator)).toBe(`${logit}.bias`);
    expect(await last(residualDiscriminator({ ...options, ...mimicry }))).toBe(`${critic}.bias`);
  });
});

describe('what does not correspond', () => {
  beforeAll(() => useBackend('wasm'));
  const load = (name: string, others: object) => () =>
    loadStateDict({
      model: modelOf(named(name), others),
      stateDict: arraysOf(named(name)),
      architecture,
    });

  it.each([
    [
      'SN-GAN 32, generator',
      { interpolation: 'nearest' },
      /with `interpolation: 'bilinear'`\. Received: "nearest"/,
    ],
    ['SN-GAN 32, generator', { epsilon: 2e-5 }, /with `epsilon: 1e-5`\. Received: 0\.00002/],
    ['SN-GAN 32, generator', { normalization: 'none' }, /has more batch norms/],
    ['SN-GAN 32, generator', { filters: 2 }, /Shapes alone differ/],
    ['SN-GAN 32, generator', { spectralNorm: true }, /no spectral normalization: make the model/],
    [
      'SN-GAN 32, discriminator',
      { skipInput: 'raw' },
      /with `skipInput: 'relu'`\. Received: "raw"/,
    ],
    ['SN-GAN 32, discriminator', { pooling: 'mean' }, /with `pooling: 'sum'` where `spectralNorm`/],
    [
      'WGAN-GP 48, discriminator',
      { pooling: 'sum' },
      /with `pooling: 'mean'` where `spectralNorm`/,
    ],
    ['cGAN-PD 32, generator', { classes: 2 }, /block2\.b1\.embed\.weight is \[3,4\], not \[2,4\]/],
    ['cGAN-PD 32, generator', { classes: undefined }, /Missing: block2\.b1\.weight/],
    ['SN-GAN 32, generator', { classes: 3 }, /Missing: .*block2\.b1\.embed\.weight/],
    ['cGAN-PD 32, discriminator', { classes: 2 }, /l_y\.weight is \[4,3\], not \[2,3\]/],
    ['cGAN-PD 32, discriminator', { classes: undefined }, /Unexpected: .*l_y\.weight/],
    ['SN-GAN 32, discriminator', { classes: 4 }, /Missing: .*l_y\./],
    ['SAGAN 32, generator', { attention: 8 }, /with `attention: 16` and .*\. Received: 8/],
    ['SAGAN 32, discriminator', { attention: 16 }, /with `attention: 8` and .*\. Received: 16/],
    ['SAGAN 32, discriminator', { attention: undefined }, /Unexpected: .*attn_block\.gamma/],
    ['SN-GAN 32, discriminator', { outerBias: false }, /Unexpected: l5\.bias/],
    ['SN-GAN 48, discriminator', { imageShape: [64, 64, 3] }, /Missing: .*l6\.bias/],
    ['WGAN-GP 48, discriminator', { normalization: 'layer' }, /with `epsilon|Missing: /],
  ] as const)('is refused: %s with %o', (name, others, message) => {
    expect(load(name, others)).toThrow(message);
  });

  it('is refused: another kind of network, and WGAN-GP at 64×64', () => {
    const of = (model: LayersModel) => () => loadStateDict({ model, stateDict: {}, architecture });
    expect(of(dcganGenerator({ imageShape: [32, 32, 3], filters: 1 }))).toThrow(
      /made by residualGenerator or residualDiscriminator, with a layer 'output/,
    );
    const options = { imageShape: [64, 64, 3], filters: 1, form: 'wgan-gp' } as const;
    expect(of(residualDiscriminator(options))).toThrow(/with `pooling: 'mean'`/);
  });

  it('keeps no tensors', async () => {
    const one = named('SN-GAN 32, discriminator');
    const model = modelOf(one);
    const before = memory().numTensors;
    for (let i = 0; i < 3; i++) {
      loadStateDict({ model, stateDict: arraysOf(one), architecture });
      await stateDict({ model, architecture });
      expect(() => loadStateDict({ model, stateDict: {}, architecture })).toThrow();
    }
    expect(memory().numTensors).toBe(before);
  });
});
