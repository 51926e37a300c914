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
import { namedWeights } from '../../../src/layers/weights/named_weights.js';
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

const stateDictOf = (model: LayersModel) => stateDict({ model, architecture: 'pixel' });
const extraOf = (size: number) => ({ shape: [size], data: new Float32Array(size) });

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
    // the reference passes such statistics over
    const how = options.tracked === true ? ({ instanceStatistics: 'ignore' } as const) : {};

    it('safetensors in and out are bit-identical', async () => {
      const model = modelOf(one);
      expect(loadStateDict({ model, stateDict: safetensorsOf(one), architecture, ...how })).toEqual(
        {
          missing: [],
          unexpected: [],
        },
      );
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
      loadStateDict({ model, stateDict: await readPth(pth), architecture, ...how });
      loadStateDict({ model: other, stateDict: safetensorsOf(one), architecture, ...how });
      expect(bits(await weightsOf(model))).toEqual(bits(await weightsOf(other)));
      model.dispose();
      other.dispose();
    });

    it('the picture is the reference one', async () => {
      const model = modelOf(one);
      const image = imageOf(one);
      const before = (await (model.predict(image) as Tensor).data()).slice();
      loadStateDict({ model, stateDict: await readPth(pth), architecture, ...how });
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
    // averaged, or of float16, which ends at 65,504
    const float = (...values: number[]) => ({
      shape: [values.length],
      data: Float32Array.from(values),
    });
    const counted = async (...values: number[]) =>
      (await count({ ...arrays, 'net.3.num_batches_tracked': float(...values) }))!.data;
    expect(await counted(3)).toEqual(Int32Array.of(3));
    expect(await counted(2.75)).toEqual(Int32Array.of(3));
    expect(await counted(Infinity)).toEqual(Int32Array.of(0));
    await expect(counted(3, 4)).rejects.toThrow('net.3.num_batches_tracked is not one number');
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

  it('the prefixes of wrappers: DataParallel, torch.compile, both, AveragedModel', async () => {
    const one = network('pixel, batch norm');
    const arrays = safetensorsOf(one);
    const named = (change: (name: string) => string) =>
      Object.fromEntries(Object.entries(arrays).map(([name, array]) => [change(name), array]));
    const averaged = { n_averaged: { shape: [], data: Int32Array.of(7), dtype: 'I64' as const } };
    for (const stateDict of [
      named((name) => `_orig_mod.${name}`),
      named((name) => `module._orig_mod.${name}`),
      named((name) => `_orig_mod.module.${name}`),
      named((name) => `module.module.${name}`),
      named((name) => name.replace('net.', 'net._orig_mod.')),
      { ...averaged, ...named((name) => `module.${name}`) },
      { 'ema.n_averaged': averaged.n_averaged, ...named((name) => `ema.module.${name}`) },
      named((name) => `netG.${name}`),
      named((name) => `netG._orig_mod.${name}`),
      named((name) => `_orig_mod.netG.module.${name}`),
    ] as Arrays[]) {
      const model = modelOf(one);
      loadStateDict({ model, stateDict, architecture: 'pixel' });
      expect(bits(await stateDictOf(model))).toEqual(bits(arrays));
      model.dispose();
    }
    // elsewhere it is an entry like others
    const run = () =>
      loadStateDict({
        model: modelOf(one),
        stateDict: { ...averaged, ...arrays },
        architecture: 'pixel',
      });
    expect(messageOf(run)).toMatch(/Unexpected: n_averaged\./);
  });

  it('the network of a file of several, by itself or by `prefix`', async () => {
    const [one, other] = [network('pixel, batch norm'), network('patch, batch norm')];
    const under = (prefix: string, arrays: Arrays) =>
      Object.fromEntries(Object.entries(arrays).map(([name, array]) => [prefix + name, array]));
    const halves = Object.fromEntries(
      Object.entries(safetensorsOf(one)).map(([name, array]) => [
        name,
        { ...array, data: array.data.map((value) => value / 2) },
      ]),
    ) as Arrays;
    const lightning = {
      ...under('netD.', safetensorsOf(other)),
      ...under('netG.', safetensorsOf(one)),
    };
    const load = async (stateDict: Arrays, how: { prefix?: string } = {}) => {
      const model = modelOf(one);
      loadStateDict({ model, stateDict, architecture: 'pixel', ...how });
      return bits(await stateDictOf(model));
    };
    expect(await load(lightning)).toEqual(bits(safetensorsOf(one)));

    const both = { ...lightning, ...under('ema.netG.', halves) };
    await expect(load(both)).rejects.toThrow(
      /`prefix` must be one of those in the file.*\n.*'netG\.', 'ema\.netG\.': choose by `prefix`/,
    );
    for (const prefix of ['ema.netG.', 'ema.netG', 'module.ema.netG.'])
      expect(await load(both, { prefix }), prefix).toEqual(bits(halves));
    await expect(load(both, { prefix: 'netF.' })).rejects.toThrow(
      /`prefix` must be the beginning of some names of the file\. .*"netF\."\.\nThey begin with netD\., netG\., ema\.\./,
    );
    await expect(load(both, { prefix: 3 as never })).rejects.toThrow(/`prefix` must be a string/);
    // not whole: the prefix is named, and the differences are those behind it
    await expect(load(without(lightning, /netG\.net\.5\.bias|netG\.net\.0\.bias/))).rejects.toThrow(
      /Of the names behind the prefix 'netG\.':\nMissing: /,
    );
  });

  it('u without v, as before PyTorch 1.1: the σ that the file has, or the one of u', async () => {
    const one = network('patch, spectral norm by hooks');
    const arrays = safetensorsOf(one);
    const older: Arrays = {};
    for (const [name, array] of Object.entries(arrays)) {
      if (name.endsWith('_v')) continue;
      older[name] = array;
      if (!name.endsWith('_orig')) continue;
      const base = name.slice(0, -'_orig'.length);
      const [u, v] = [arrays[`${base}_u`]!.data, arrays[`${base}_v`]!.data];
      const sigma = (array.data as Float32Array).reduce(
        (sum, value, k) => sum + u[Math.floor(k / v.length)]! * value * v[k % v.length]!,
        0,
      );
      older[base] = { ...array, data: (array.data as Float32Array).map((value) => value / sigma) };
    }
    const oldest = Object.fromEntries(
      Object.entries(older).map(([name, array]) => [name.replace('_orig', '_org'), array]),
    );
    for (const stateDict of [older, oldest]) {
      const model = modelOf(one);
      loadStateDict({ model, stateDict, architecture: 'patch' });
      expect(await (model.predict(imageOf(one)) as Tensor).data()).toBeAllclose(
        one.picture.values,
        {
          rtol: 2e-5,
        },
      );
    }
    const model = modelOf(one);
    const bare = without(older, /\.weight$/);
    loadStateDict({ model, stateDict: bare, architecture: 'patch' });
    const { 'model.2.weight_v': v, 'model.2.weight_orig': weight } = await stateDict({
      ...{ model, architecture: 'patch' },
    });
    const u = arrays['model.2.weight_u']!.data;
    const columns = Float64Array.from(v!.data, (_, column) =>
      (u as Float32Array).reduce(
        (sum, value, row) => sum + value * weight!.data[row * v!.data.length + column]!,
        0,
      ),
    );
    const length = Math.hypot(...columns);
    expect(v!.data).toBeAllclose(
      columns.map((value) => value / length),
      { rtol: 1e-6 },
    );
    // one of another size tells nothing
    const short = { ...bare, 'model.2.weight_u': extraOf(3) };
    expect(
      messageOf(() => loadStateDict({ model, stateDict: short, architecture: 'patch' })),
    ).toMatch(/Missing: model\.2\.weight_v\.\nDo not fit: model\.2\.weight_u is \[3\]/);
  });

  it('running statistics of instance norms: of before they were used, or to be ignored by word', async () => {
    const one = network('resnet, statistics of instance norm');
    const arrays = safetensorsOf(one);
    const load = (stateDict: Arrays, how: object = {}) => {
      const model = modelOf(one);
      loadStateDict({ model, stateDict, architecture: 'resnet', ...how });
      return (model.predict(imageOf(one)) as Tensor).data();
    };
    expect(messageOf(() => load(arrays))).toMatch(
      /without running statistics of instance norms, .*"7 of them, such as 'model\.2\.num_batches_tracked'"[^]*`instanceStatistics: 'ignore'` computes with each image's own/,
    );
    for (const made of [
      await load(without(arrays, /num_batches/)),
      await load(arrays, { instanceStatistics: 'ignore' }),
    ])
      expect(made).toBeAllclose(one.picture.values, { rtol: 2e-5 });
    expect(messageOf(() => load(arrays, { instanceStatistics: 'use' }))).toMatch(
      /`instanceStatistics` must be one of 'refuse', 'ignore'/,
    );
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

  it.each([
    ['other shapes', { filters: 4 }, {}, /Shapes alone differ: make the model with the filters/],
    [
      'less in the file',
      {},
      { drop: /^model\.8\./ },
      /less than the model: .*`strict: false` loads/,
    ],
    ['more in the file', {}, { add: 'model.20.weight' }, /more than the model: .* passes over/],
    [
      'no spectral norm',
      { spectralNorm: true },
      {},
      /no spectral normalization: make the model without/,
    ],
    ['no batch norm', { normalization: 'batch' }, {}, /fewer batch norms: .* such as 'instance'/],
    [
      'another network',
      {},
      { drop: /./, add: 'conv1.weight' },
      /No name is one of the model.*architecture/,
    ],
    ['integers', {}, { integers: 'model.2.weight' }, /Weights are floats: .* quantized network/],
  ] as [string, object, { drop?: RegExp; add?: string; integers?: string }, RegExp][])(
    'is explained: %s',
    (_, others, { drop, add, integers }, message) => {
      const { shape, data } = arrays['model.2.weight']!;
      const stateDict = {
        ...(drop === undefined ? arrays : without(arrays, drop)),
        ...(add === undefined ? {} : { [add]: extra }),
        ...(integers === undefined ? {} : { [integers]: { shape, data: Int32Array.from(data) } }),
      };
      const model = modelOf(one, others as Record<string, unknown>);
      const run = () => loadStateDict({ model, stateDict, architecture: 'patch' });
      expect(messageOf(run)).toMatch(message);
    },
  );

  it('is explained: spectral and batch norm in the file alone', () => {
    const explained = (name: string, others: Record<string, unknown>) => {
      const from = network(name);
      const { architecture } = from;
      const model = modelOf({ ...from, options: { ...from.options, ...others } }, others);
      return messageOf(() =>
        loadStateDict({ model, stateDict: safetensorsOf(from), architecture }),
      );
    };
    expect(explained('patch, spectral norm by hooks', { spectralNorm: false })).toMatch(
      /has spectral normalization: make the model with it/,
    );
    expect(explained('patch, batch norm', { normalization: 'instance' })).toMatch(
      /has more batch norms: .* such as 'batch'/,
    );
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
    ['nothing', () => undefined, /`options` must be an object/],
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
    [() => undefined, /`options` must be an object/],
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
