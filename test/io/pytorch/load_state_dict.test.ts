import { memory } from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { layers, sequential } from '@tensorflow/tfjs-layers';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { beforeAll, describe, expect, it } from 'vitest';
import { GanKitError } from '../../../src/errors.js';
import { loadStateDict } from '../../../src/io/pytorch/load_state_dict.js';
import { readPth } from '../../../src/io/pytorch/read_pth.js';
import { stateDict } from '../../../src/io/pytorch/state_dict.js';
import { decodeSafetensors, encodeSafetensors } from '../../../src/io/safetensors.js';
import { namedWeights } from '../../../src/layers/named_weights.js';
import { dcganDiscriminator } from '../../../src/models/dcgan_discriminator.js';
import type { StateArray } from '../../../src/types.js';
import { BACKENDS, useBackend } from '../../helpers/backends.js';
import { saveAndLoad } from '../../helpers/save_and_load.js';
import { NETWORKS, imageOf, modelOf, network } from './reference_networks.js';
import type { ReferenceNetwork } from './reference_networks.js';

type Arrays = Record<string, StateArray>;

const safetensorsOf = ({ safetensors }: ReferenceNetwork): Arrays =>
  decodeSafetensors(safetensors).tensors;
const words = (array: StateArray) => [
  ...array.shape,
  ...new Int32Array(array.data.buffer, array.data.byteOffset, array.data.length),
];
const bits = (arrays: Arrays) =>
  Object.fromEntries(Object.entries(arrays).map(([name, array]) => [name, words(array)]));
const without = (arrays: Arrays, pattern: RegExp): Arrays =>
  Object.fromEntries(Object.entries(arrays).filter(([name]) => !pattern.test(name)));

async function weightsOf(model: LayersModel): Promise<Arrays> {
  const arrays: Arrays = {};
  for (const { path, variable } of namedWeights(model))
    arrays[path] = {
      shape: variable.shape as number[],
      data: (await variable.read().data<'float32'>()).slice(),
    };
  return arrays;
}

function messageOf(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    expect(error).toBeInstanceOf(GanKitError);
    return (error as Error).message;
  }
  throw new Error('nothing was thrown');
}

describe.each(BACKENDS)('weights of the reference networks on %s', (backend) => {
  beforeAll(() => useBackend(backend));

  describe.each(NETWORKS.map((one) => [one.name, one] as const))('%s', (_, one) => {
    const { architecture, options, pth, safetensors, picture } = one;
    const keys = options.spectralKeys === undefined ? {} : { spectralKeys: options.spectralKeys };

    it('safetensors in and out are bit-identical', async () => {
      const model = modelOf(one);
      expect(loadStateDict({ model, stateDict: safetensorsOf(one), architecture })).toEqual({
        missing: [],
        unexpected: [],
      });
      const metadata = { format: 'pt' };
      const written = encodeSafetensors({
        tensors: await stateDict({ model, architecture, ...keys }),
        metadata,
      });
      // statistics that mean nothing are not kept
      const dropped = /running_|num_batches/;
      const expected =
        options.tracked === true
          ? encodeSafetensors({ tensors: without(safetensorsOf(one), dropped), metadata })
          : safetensors;
      expect(written).toEqual(expected);
      model.dispose();
    });

    it('the .pth file brings the same weights', async () => {
      const [model, other] = [modelOf(one), modelOf(one)];
      loadStateDict({ model, stateDict: await readPth(pth), architecture });
      loadStateDict({ model: other, stateDict: safetensorsOf(one), architecture });
      expect(bits(await weightsOf(model))).toEqual(bits(await weightsOf(other)));
      model.dispose();
      other.dispose();
    });

    it('the picture is the reference one', async () => {
      const model = modelOf(one);
      const image = imageOf(one);
      const before = (await (model.predict(image) as Tensor).data()).slice();
      loadStateDict({ model, stateDict: await readPth(pth), architecture });
      const made = model.predict(image) as Tensor;
      expect(made.shape).toEqual(picture.shape);
      expect(await made.data()).toBeAllclose(picture.values, { rtol: 2e-5 });
      expect(before).not.toBeAllclose(picture.values, { rtol: 1e-2 });
      model.dispose();
    });
  });

  it('keeps no tensors, also where it fails', async () => {
    const one = network('patch, batch norm');
    const model = modelOf(one);
    const good = safetensorsOf(one);
    const bad = without(good, /^model\.11\.bias$/);
    const before = memory().numTensors;
    for (let i = 0; i < 5; i++) {
      loadStateDict({ model, stateDict: good, architecture: 'patch' });
      expect(() => loadStateDict({ model, stateDict: bad, architecture: 'patch' })).toThrow();
      await stateDict({ model, architecture: 'patch' });
    }
    expect(memory().numTensors).toBe(before);
    model.dispose();
  });
});

describe('what files differ in', () => {
  beforeAll(() => useBackend('cpu'));
  const resnet = network('resnet, instance norm');
  const droppy = network('resnet, batch norm, dropout');

  it('dropout in the file, the model, both or neither', async () => {
    for (const one of [resnet, droppy])
      for (const dropout of [0, 0.5]) {
        const model = modelOf(one, { dropout });
        const [image, { picture }] = [imageOf(one), one];
        loadStateDict({ model, stateDict: safetensorsOf(one), architecture: 'resnet' });
        expect(await (model.predict(image) as Tensor).data()).toBeAllclose(picture.values, {
          rtol: 2e-5,
        });
        // what is written has the numbers of the model's own network
        const names = Object.keys(await stateDict({ model, architecture: 'resnet' }));
        const second = `model.10.conv_block.${dropout > 0 ? 6 : 5}.weight`;
        expect(names).toContain(second);
      }
  });

  it('the count of batches: kept, absent, of the older 32 bits', async () => {
    const one = network('pixel, batch norm');
    const arrays = safetensorsOf(one);
    const count = async (stateDictIn: Arrays) => {
      const model = modelOf(one);
      loadStateDict({ model, stateDict: stateDictIn, architecture: 'pixel' });
      return (await stateDict({ model, architecture: 'pixel' }))['net.3.num_batches_tracked'];
    };
    expect(arrays['net.3.num_batches_tracked']!.data).toEqual(Int32Array.of(3));
    expect(await count(arrays)).toEqual({ shape: [], data: Int32Array.of(3), dtype: 'I64' });
    expect((await count(without(arrays, /num_batches/)))!.data).toEqual(Int32Array.of(0));
    const short = { shape: [1], data: Int32Array.of(70) };
    const older = { ...arrays, 'net.3.num_batches_tracked': short };
    expect((await count(older))!.data).toEqual(Int32Array.of(70));
    const model = modelOf(one);
    const float = { shape: [], data: Float32Array.of(3) };
    expect(
      messageOf(() =>
        loadStateDict({
          model,
          stateDict: { ...arrays, 'net.3.num_batches_tracked': float },
          architecture: 'pixel',
        }),
      ),
    ).toContain('net.3.num_batches_tracked is not one integer');
  });

  it('the names of spectrally normalized weights, either way, and either way out', async () => {
    const hooks = network('patch, spectral norm by hooks');
    const model = modelOf(hooks);
    loadStateDict({ model, stateDict: safetensorsOf(hooks), architecture: 'patch' });
    const newer = await stateDict({
      model,
      architecture: 'patch',
      spectralKeys: 'parametrization',
    });
    expect(Object.keys(newer)).toEqual(
      expect.arrayContaining([
        'model.2.parametrizations.weight.original',
        'model.2.parametrizations.weight.0._u',
        'model.2.parametrizations.weight.0._v',
        'model.2.bias',
      ]),
    );
    const other = modelOf(hooks, { seed: 5 });
    loadStateDict({ model: other, stateDict: newer, architecture: 'patch' });
    expect(bits(await stateDict({ model: other, architecture: 'patch' }))).toEqual(
      bits(safetensorsOf(hooks)),
    );
  });

  it('blocks that are recomputed, and a model that was saved and loaded', async () => {
    const arrays = safetensorsOf(resnet);
    for (const model of [
      modelOf(resnet, { recompute: true }),
      await saveAndLoad(modelOf(resnet)),
    ]) {
      loadStateDict({ model, stateDict: arrays, architecture: 'resnet' });
      expect(bits(await stateDict({ model, architecture: 'resnet' }))).toEqual(bits(arrays));
    }
  });

  it('a file from a PatchGAN without modules in place of norms', async () => {
    const one = network('patch, spectral norm by parametrizations');
    const renumbered = Object.fromEntries(
      Object.entries(safetensorsOf(one)).map(([name, array]) => [
        name.replace(/^model\.(5|8)\./, (_, k) => `model.${k === '5' ? 4 : 6}.`),
        array,
      ]),
    );
    const model = modelOf(one);
    loadStateDict({ model, stateDict: renumbered, architecture: 'patch' });
    expect(await (model.predict(imageOf(one)) as Tensor).data()).toBeAllclose(one.picture.values, {
      rtol: 2e-5,
    });
  });
});

describe('what does not fit', () => {
  beforeAll(() => useBackend('cpu'));
  const one = network('patch, instance norm');
  const arrays = safetensorsOf(one);
  const extra = { shape: [2], data: Float32Array.of(1, 2) };
  const wrong = {
    ...without(arrays, /^model\.(0\.bias|8\.weight)$/),
    'model.12.weight': extra,
    extra,
    'model.5.bias': extra,
    'model.2.weight': { shape: [4, 2, 4, 4], data: new Int32Array(128) },
  };

  it('is listed in one error, and nothing is changed', async () => {
    const model = modelOf(one);
    const before = bits(await weightsOf(model));
    expect(messageOf(() => loadStateDict({ model, stateDict: wrong, architecture: 'patch' }))).toBe(
      [
        'loadStateDict: `stateDict` must be that of a network like the model. Received: "2 missing, 2 unexpected, 2 that do not fit".',
        'Missing: model.0.bias, model.8.weight.',
        'Unexpected: model.12.weight, extra.',
        'Do not fit: model.2.weight is integers, not float32, model.5.bias is [2], not [8].',
        'Nothing was changed. Make the model with the options that the network had.',
      ].join('\n'),
    );
    expect(bits(await weightsOf(model))).toEqual(before);
  });

  it('is returned without `strict`, and what fits is loaded', async () => {
    const model = modelOf(one);
    const before = await stateDict({ model, architecture: 'patch' });
    const some = { ...without(arrays, /^model\.(0\.bias|8\.weight)$/), extra };
    expect(loadStateDict({ model, stateDict: some, architecture: 'patch', strict: false })).toEqual(
      { missing: ['model.0.bias', 'model.8.weight'], unexpected: ['extra'] },
    );
    const after = await stateDict({ model, architecture: 'patch' });
    for (const name of Object.keys(arrays)) {
      const source = name in some ? arrays : before;
      expect(words(after[name]!), name).toEqual(words(source[name]!));
    }
  });

  it('shapes are refused without `strict` too, and nothing is changed', async () => {
    const model = modelOf(one);
    const before = bits(await weightsOf(model));
    const flipped = {
      ...arrays,
      'model.2.weight': { ...arrays['model.2.weight']!, shape: [2, 4, 4, 4] },
    };
    expect(
      messageOf(() =>
        loadStateDict({ model, stateDict: flipped, architecture: 'patch', strict: false }),
      ),
    ).toContain('Do not fit: model.2.weight is [2,4,4,4], not [4,2,4,4].');
    expect(bits(await weightsOf(model))).toEqual(before);
  });

  it('other options of the network: one more block, one less layer, other norms, padding', () => {
    const resnet = network('resnet, instance norm');
    const load = (stateDictIn: Arrays, name: string, others: Record<string, unknown>) => () =>
      loadStateDict({
        model: modelOf(network(name), others),
        stateDict: stateDictIn,
        architecture: network(name).architecture,
      });
    const file = safetensorsOf(resnet);
    expect(messageOf(load(file, resnet.name, { blocks: 3 }))).toMatch(/12 missing|missing.*unexp/);
    expect(messageOf(load(file, resnet.name, { padding: 'zero' }))).toMatch(
      /Missing: model\.10\.conv_block\.0\.weight/,
    );
    expect(messageOf(load(file, resnet.name, { normalization: 'batch' }))).toMatch(
      /Missing: model\.2\.weight, model\.2\.bias.*\nUnexpected: model\.1\.bias/,
    );
    expect(messageOf(load(arrays, one.name, { layers: 1 }))).toMatch(/Unexpected: model\.8\./);
    expect(messageOf(load(arrays, resnet.name, {}))).toMatch(/missing/);
    expect(messageOf(load(arrays, one.name, { filters: 4 }))).toMatch(/0 missing, 0 unexpected, 7/);
  });

  const model = () => modelOf(one);
  const load = (options: unknown) => () => loadStateDict(options as never);
  const tiny = () =>
    sequential({ layers: [layers.dense({ units: 1, inputShape: [2], name: 'dense' })] });
  it.each([
    ['nothing', () => undefined, /`model` must be a LayersModel/],
    ['no model', () => ({ stateDict: arrays, architecture: 'patch' }), /`model` must be a LayersM/],
    [
      'no architecture',
      () => ({ model: model(), stateDict: arrays }),
      /`architecture` must be one of 'resnet', 'unet', 'patch', 'pixel', 'inception'/,
    ],
    [
      'another architecture',
      () => ({ model: model(), stateDict: arrays, architecture: 'toString' }),
      /`architecture` must be one of/,
    ],
    [
      'strict by word',
      () => ({ model: model(), stateDict: arrays, architecture: 'patch', strict: 'no' }),
      /`strict` must be true or false/,
    ],
    [
      'another option',
      () => ({ model: model(), state: arrays, architecture: 'patch' }),
      /the keys model, stateDict/,
    ],
    [
      'no state_dict',
      () => ({ model: model(), architecture: 'patch' }),
      /`stateDict` must be an object\. Received: undefined/,
    ],
    [
      'a list',
      () => ({ model: model(), architecture: 'patch', stateDict: [extra] }),
      /`stateDict` must be an object/,
    ],
    [
      'a tensor without a shape',
      () => ({ model: model(), architecture: 'patch', stateDict: { a: Float32Array.of(1) } }),
      /`stateDict\['a'\]` must be \{ shape, data \}/,
    ],
    [
      'null',
      () => ({ model: model(), architecture: 'patch', stateDict: { a: null } }),
      /`stateDict\['a'\]` must be/,
    ],
    [
      'data that are too few',
      () => ({ model: model(), architecture: 'patch', stateDict: { a: { ...extra, shape: [3] } } }),
      /\['a'\]\.data` must be of shape \[3\]\. Received: 2/,
    ],
    [
      'a name with and without module.',
      () => ({ model: model(), architecture: 'patch', stateDict: { a: extra, 'module.a': extra } }),
      /each name once\. Received: "module\.a"/,
    ],
    [
      'another model',
      () => ({ model: dcganDiscriminator({ filters: 4 }), architecture: 'pixel', stateDict: {} }),
      /`model` must be made by pixelDiscriminator, with a layer 'conv0'/,
    ],
    [
      'a patch as a pixel discriminator',
      () => ({ model: model(), architecture: 'pixel', stateDict: {} }),
      /without other layers that have weights\. Received: "conv3"/,
    ],
    [
      'a layer of another kind',
      () => ({ model: tiny(), architecture: 'resnet', stateDict: {} }),
      /made by resnetGenerator, with a layer 'encode0'\. Received: \["dense"\]/,
    ],
  ] as [string, () => unknown, RegExp][])('bad input: %s', (_, options, message) => {
    expect(messageOf(load(options()))).toMatch(message);
  });

  it.each([
    [() => undefined, /`model` must be a LayersModel/],
    [() => ({ model: 3, architecture: 'patch' }), /stateDict: `model` must be a LayersModel/],
    [() => ({ model: modelOf(one), architecture: 'gan' }), /`architecture` must be one of/],
    [
      () => ({ model: modelOf(one), architecture: 'patch', spectralKeys: 'v' }),
      /`spectralKeys` must be one of 'hook', 'parametrization'/,
    ],
    [() => ({ model: modelOf(one), architecture: 'unet' }), /made by unetGenerator/],
  ] as [() => unknown, RegExp][])('bad input of stateDict %#', async (options, message) => {
    const run = () => stateDict(options() as never);
    await expect(run()).rejects.toThrow(message);
    await expect(run()).rejects.toBeInstanceOf(GanKitError);
  });
});
