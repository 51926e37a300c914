import { memory, ones, tensor } from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { beforeAll, describe, expect, it } from 'vitest';
import { fill } from '../../../bench/hash.js';
import { loadStateDict } from '../../../src/io/pytorch/load_state_dict.js';
import { readPth } from '../../../src/io/pytorch/read_pth.js';
import { stateDict } from '../../../src/io/pytorch/state_dict.js';
import { decodeSafetensors, encodeSafetensors } from '../../../src/io/safetensors.js';
import { dcganDiscriminator } from '../../../src/models/dcgan_discriminator.js';
import { dcganGenerator } from '../../../src/models/dcgan_generator.js';
import { bytesOf } from '../../helpers/base64.js';
import { BACKENDS, ON_GPU, useBackend } from '../../helpers/backends.js';
import { fixture } from '../../helpers/fixtures.js';

interface Written {
  readonly name: string;
  readonly kind: 'generator' | 'discriminator';
  readonly options: {
    readonly imageShape: readonly [number, number, number];
    readonly filters: number;
    readonly latentSize?: number;
    readonly spectralNorm?: true;
  };
  readonly pth: string;
  readonly safetensors: string;
  readonly shape: readonly number[];
  readonly evaluated: string;
  readonly trained?: string;
}

const { cases } = fixture<{ cases: Written[] }>('torch_weights_dcgan');
const floats = (base64: string) => new Float32Array(bytesOf(base64).buffer);
const arraysOf = (one: Written) => decodeSafetensors(bytesOf(one.safetensors)).tensors;
const named = (name: string) => cases.find((one) => one.name === name)!;
const architecture = 'dcgan';

function modelOf({ kind, options }: Written, others: object = {}): LayersModel {
  const make = (kind === 'generator' ? dcganGenerator : dcganDiscriminator) as (
    args: object,
  ) => LayersModel;
  return make({ ...options, kernelSize: 4, outerBias: false, seed: 9, ...others });
}

function inputOf({ kind, options, shape }: Written): Tensor {
  const sample = kind === 'generator' ? [options.latentSize!] : options.imageShape;
  const size = sample.reduce((a, b) => a * b, shape[0]!);
  return tensor(fill(size, 1611, 1), [shape[0]!, ...sample]);
}

// cpu takes seconds for what these do in milliseconds
describe.each(BACKENDS.filter((name) => name !== 'cpu'))("PyTorch's DCGAN on %s", (backend) => {
  beforeAll(() => useBackend(backend));

  it.each(cases.map((one) => [one.name, one] as const))(
    '%s: the same outputs, and the same file back',
    async (_, one) => {
      const model = modelOf(one);
      const x = inputOf(one);
      const [pth, safetensors] = [await readPth(bytesOf(one.pth)), arraysOf(one)];
      const nothing = { missing: [], unexpected: [] };
      expect(loadStateDict({ model, stateDict: pth, architecture })).toEqual(nothing);
      expect(
        encodeSafetensors({
          tensors: await stateDict({ model, architecture }),
          metadata: { format: 'pt' },
        }),
      ).toEqual(bytesOf(one.safetensors));

      const rtol = ON_GPU ? 1e-4 : 2e-5;
      const made = model.predict(x) as Tensor;
      expect(made.shape).toEqual(one.shape);
      expect(await made.data()).toBeAllclose(floats(one.evaluated), { rtol });
      if (one.trained === undefined) return;
      loadStateDict({ model, stateDict: safetensors, architecture });
      const trained = model.apply(x, { training: true }) as Tensor;
      expect(await trained.data()).toBeAllclose(floats(one.trained), { rtol });
      expect(floats(one.trained)).not.toBeAllclose(floats(one.evaluated), { rtol: 1e-2 });
    },
  );
});

describe('biases, which the reference has not', () => {
  beforeAll(() => useBackend('wasm'));

  it.each(cases.map((one) => [one.name, one] as const))(
    '%s: zero where the file has none, absent while they are zero',
    async (_, one) => {
      const model = modelOf(one, { outerBias: true });
      const bias = model.weights.find(({ name }) => /bias/.test(name))!;
      bias.write(ones(bias.shape as number[]));
      loadStateDict({ model, stateDict: arraysOf(one), architecture });
      expect(await (model.predict(inputOf(one)) as Tensor).data()).toBeAllclose(
        floats(one.evaluated),
        { rtol: 2e-5 },
      );
      const names = () => stateDict({ model, architecture }).then(Object.keys);
      expect((await names()).sort()).toEqual(Object.keys(arraysOf(one)).sort());
      bias.write(ones(bias.shape as number[]));
      const biases = (await names()).filter((name) => !(name in arraysOf(one)));
      expect(biases).toEqual([expect.stringMatching(/^main\.\d+\.bias$/)]);
      const other = modelOf(one, { outerBias: true });
      loadStateDict({
        model: other,
        stateDict: await stateDict({ model, architecture }),
        architecture,
      });
      const [a, b] = [model, other].map((each) =>
        (each.predict(inputOf(one)) as Tensor).dataSync(),
      );
      expect(a).toEqual(b);
    },
  );
});

describe('weights that change while they are read', () => {
  beforeAll(() => useBackend('wasm'));

  it('are written as they were at the call', async () => {
    const model = modelOf(named('the generator at 32 × 32'));
    const before = await stateDict({ model, architecture });
    const reading = stateDict({ model, architecture });
    for (const weight of model.weights) weight.write(ones(weight.shape as number[]));
    expect(await reading).toEqual(before);
    expect(await stateDict({ model, architecture })).not.toEqual(before);
  });
});

describe('files that differ from the example', () => {
  beforeAll(() => useBackend('wasm'));

  it('dropout in between, which moves the numbers; all of it behind a prefix', async () => {
    const one = named('the generator at 32 × 32');
    const shifted = Object.fromEntries(
      Object.entries(arraysOf(one)).map(([name, array]) => [
        name.replace(/^main\.(\d+)/, (_, k) => `netG.main.${Number(k) + (Number(k) > 2 ? 1 : 0)}`),
        array,
      ]),
    );
    expect(Object.keys(shifted)).toContain('netG.main.4.weight');
    const model = modelOf(one);
    loadStateDict({ model, stateDict: shifted, architecture });
    expect(await (model.predict(inputOf(one)) as Tensor).data()).toBeAllclose(
      floats(one.evaluated),
      { rtol: 2e-5 },
    );
    // modules in another order are no such network
    const turned = Object.fromEntries(
      Object.entries(shifted).map(([name, array]) => [name.replace('main.4.', 'main.99.'), array]),
    );
    expect(() => loadStateDict({ model, stateDict: turned, architecture })).toThrow(/missing/);
  });
});

describe('a generator without batch norm', () => {
  beforeAll(() => useBackend('wasm'));
  const options = { imageShape: [8, 12, 2], filters: 3, latentSize: 5, kernelSize: 4 } as const;
  const bare = { ...options, normalization: 'none' } as const;

  it('has a linear layer in the place of the convolution, with a bias for each unit', async () => {
    const model = dcganGenerator({ ...bare, seed: 1 });
    for (const { shape, write } of model.weights.map((one) => ({
      shape: one.shape as number[],
      write: one.write.bind(one),
    })))
      write(
        tensor(
          fill(
            shape.reduce((a, b) => a * b, 1),
            shape.length,
            1,
          ),
          shape,
        ),
      );
    const dict = await stateDict({ model, architecture });
    expect(Object.entries(dict).map(([name, { shape }]) => [name, shape])).toEqual([
      ['main.0.weight', [3 * 4 * 6, 5]],
      ['main.0.bias', [3 * 4 * 6]],
      ['main.3.weight', [3, 2, 4, 4]],
      ['main.3.bias', [2]],
    ]);
    // PyTorch counts the map channel by channel: unit (c · 4 + h) · 6 + w is here (h · 6 + w) · 3 + c
    const bias = model.getWeights()[1]!.dataSync();
    expect(dict['main.0.bias']!.data[(2 * 4 + 1) * 6 + 5]).toBe(bias[(1 * 6 + 5) * 3 + 2]);
    const other = dcganGenerator({ ...bare, seed: 2 });
    expect(loadStateDict({ model: other, stateDict: dict, architecture }).missing).toEqual([]);
    other.getWeights().forEach((weight, i) => {
      expect(weight.dataSync()).toEqual(model.getWeights()[i]!.dataSync());
    });
  });

  it('has spectral vectors as its kernel here', async () => {
    const model = dcganGenerator({ ...bare, spectralNorm: true });
    const dict = await stateDict({ model, architecture, spectralKeys: 'parametrization' });
    expect(dict['main.0.parametrizations.weight.0._u']!.shape).toEqual([3 * 4 * 6]);
    expect(dict['main.0.parametrizations.weight.0._v']!.shape).toEqual([5]);
  });
});

describe('what does not correspond', () => {
  beforeAll(() => useBackend('wasm'));
  const generator = named('the generator at 32 × 32');
  const load = (one: Written, others: object) => () =>
    loadStateDict({ model: modelOf(one, others), stateDict: arraysOf(one), architecture });

  it('is refused: odd kernels, the form of tutorials', () => {
    expect(load(generator, { kernelSize: 5 })).toThrow(
      /loadStateDict: `model` must be of an even `kernelSize`\. Received: 5\.\nPyTorch's DCGAN has/,
    );
    const tutorial = dcganGenerator({ imageShape: [28, 28, 1], filters: 2, kernelSize: 4 });
    expect(() => loadStateDict({ model: tutorial, stateDict: {}, architecture })).toThrow(
      /without other layers that have weights\. Received: "deconv0/,
    );
  });

  it('is explained: other widths, another size, no norms, which the example has', () => {
    expect(load(generator, { normalization: 'none' })).toThrow(/has more batch norms/);
    expect(load(generator, { normalization: 'none', spectralNorm: true })).toThrow(
      /has no spectral normalization/,
    );
    expect(load(generator, { filters: 3 })).toThrow(/Shapes alone differ/);
    expect(load(generator, { imageShape: [64, 64, 1] })).toThrow(
      /Missing: main\.9\.weight|missing/,
    );
    const one = named('the discriminator of the example');
    expect(load(one, { normalization: 'none' })).toThrow(/has more batch norms/);
  });

  it('keeps no tensors', async () => {
    const model = modelOf(generator);
    const before = memory().numTensors;
    for (let i = 0; i < 3; i++) {
      loadStateDict({ model, stateDict: arraysOf(generator), architecture });
      await stateDict({ model, architecture });
      expect(() => loadStateDict({ model, stateDict: {}, architecture })).toThrow();
    }
    expect(memory().numTensors).toBe(before);
  });
});
