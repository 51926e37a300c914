import { add, memory, mul, tensor4d, tidy, zeros } from '@tensorflow/tfjs-core';
import type { Tensor4D } from '@tensorflow/tfjs-core';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fill } from '../../bench/hash.js';
import { encodeSafetensors } from '../../src/io/safetensors.js';
import { lpipsNetwork } from '../../src/metrics/similarity/lpips_network.js';
import type {
  LPIPSNetwork,
  LPIPSNetworkOptions,
} from '../../src/metrics/similarity/lpips_network.js';
import { perceptualDistance } from '../../src/metrics/similarity/perceptual_distance.js';
import { loadLPIPSNetwork } from '../../src/node/files/lpips_file.js';
import type { StateArray } from '../../src/types.js';
import { FASTEST, useBackend } from '../helpers/backends.js';
import { bytesOf } from '../helpers/base64.js';
import { fixture } from '../helpers/fixtures.js';
import { expectNoLeak } from '../helpers/leaks.js';

interface Written {
  readonly keys: Readonly<Record<string, number[]>>;
  readonly linear: Readonly<Record<string, number[]>>;
  readonly distances: readonly number[];
  readonly layers: readonly (readonly number[])[];
}

const { meta, images, networks } = fixture<{
  readonly meta: { readonly seed: number };
  readonly images: {
    readonly shape: [number, number, number, number];
    readonly target: string;
    readonly prediction: string;
  };
  readonly networks: Readonly<Record<'alex' | 'vgg', Written>>;
}>('lpips_network');

const bytes = (base64: string) => tensor4d(Float32Array.from(bytesOf(base64)), images.shape);
/** The pairs as bytes. */
const pairs = () => ({ target: bytes(images.target), prediction: bytes(images.prediction) });

/** Weights that the script makes, too: a hash of their place. */
function seeded(
  shapes: Readonly<Record<string, number[]>>,
  seed: number,
  law: (key: string, shape: readonly number[]) => readonly [scale: number, offset: number],
): Record<string, StateArray> {
  return Object.fromEntries(
    Object.entries(shapes).map(([key, shape], k) => {
      const [scale, offset] = law(key, shape);
      const size = shape.reduce((product, axis) => product * axis, 1);
      const data = fill(size, seed + k, 1);
      for (let i = 0; i < size; i++) data[i] = data[i]! * scale + offset;
      return [key, { shape, data }];
    }),
  );
}
const backboneOf = (name: 'alex' | 'vgg') =>
  seeded(networks[name].keys, meta.seed, (key, shape) =>
    key.endsWith('bias')
      ? [0.25, 0]
      : [Math.sqrt(6 / shape.slice(1).reduce((product, axis) => product * axis, 1)), 0],
  );
const linearOf = (name: 'alex' | 'vgg') =>
  seeded(networks[name].linear, meta.seed + 100, () => [0.5, 0.5]);
const options = (name: 'alex' | 'vgg') => ({
  network: name,
  backbone: encodeSafetensors({ tensors: backboneOf(name) }),
  linear: encodeSafetensors({ tensors: linearOf(name) }),
});

describe('lpipsNetwork', () => {
  let alex: LPIPSNetwork;
  let files: LPIPSNetworkOptions;
  beforeAll(async () => {
    await useBackend(FASTEST);
    files = options('alex');
    alex = await lpipsNetwork({ ...files, range: [0, 255] });
  });
  afterAll(() => alex.dispose());

  it('has the distances of lpips through AlexNet, one pair or more at a time', async () => {
    const { distances } = networks.alex;
    const of = pairs();
    const { values, mean } = await alex.distance(of);
    expect(values).toBeAllclose(distances, { rtol: 2e-6 });
    expect(mean).toBeAllclose((distances[0]! + distances[1]!) / 2, { rtol: 2e-6 });
    const single = await lpipsNetwork({ ...files, range: [0, 255], batchSize: 1 });
    expect((await single.distance(of)).values).toBeAllclose(distances, { rtol: 2e-6 });
    single.dispose();
    await expectNoLeak(async () => void (await alex.distance(of)), 2);
    expect(of.target.isDisposed || of.prediction.isDisposed).toBe(false);
  });

  it('has those of each layer', async () => {
    const of = pairs();
    for (const [l, expected] of networks.alex.layers.entries()) {
      const weights = alex.weights.map((w, k) => (k === l ? w : w.map(() => 0)));
      const alone = { features: alex['features'].bind(alex) };
      const extractor = (x: Tensor4D) => alone.features(x);
      const { values } = await perceptualDistance(of, { extractor, weights });
      expect(values).toBeAllclose(expected, { rtol: 5e-6 });
    }
  });

  it('has the distances of lpips through VGG16', async () => {
    const before = memory().numTensors;
    const vgg = await lpipsNetwork({ ...options('vgg'), range: [0, 255] });
    const of = pairs();
    const { values } = await vgg.distance(of);
    expect(values).toBeAllclose(networks.vgg.distances, { rtol: 2e-6 });
    vgg.dispose();
    of.target.dispose();
    of.prediction.dispose();
    expect(memory().numTensors).toBe(before);
  }, 60_000);

  it('takes images of −1 to 1 where nothing else is said, and is 0 of an image with itself', async () => {
    const network = await lpipsNetwork(files);
    const of = pairs();
    const signed = (x: Tensor4D): Tensor4D => tidy(() => add(mul(x, 2 / 255), -1));
    const [target, prediction] = [signed(of.target), signed(of.prediction)];
    const { values } = await network.distance({ target, prediction });
    expect(values).toBeAllclose(networks.alex.distances, { rtol: 2e-6 });
    expect([...(await network.distance({ target, prediction: target })).values]).toEqual([0, 0]);
    await expect(network.distance(of)).rejects.toThrow(
      /`target` must be of values between -1 and 1\. [^]*\[0, 255\]/,
    );
    network.dispose();
  });

  it('reads files of paths: a whole classifier, behind the names of wrappers', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'gan-kit-lpips-'));
    const whole = {
      ...backboneOf('alex'),
      'classifier.1.weight': { shape: [2, 3], data: new Float32Array(6) },
      'classifier.1.bias': { shape: [2], data: new Float32Array(2) },
    };
    const wrapped = Object.entries(whole).map(([key, array]) => [`module.${key}`, array]);
    const tensors = Object.fromEntries(wrapped) as Record<string, StateArray>;
    const paths = { backbone: join(folder, 'alexnet'), linear: join(folder, 'alex') };
    await writeFile(paths.backbone, encodeSafetensors({ tensors }));
    await writeFile(paths.linear, files.linear as Uint8Array);
    const network = await loadLPIPSNetwork({ network: 'alex', range: [0, 255], ...paths });
    expect(network.name).toBe('alex');
    const { values } = await network.distance(pairs());
    expect(values).toBeAllclose(networks.alex.distances, { rtol: 2e-6 });
    network.dispose();
    await rm(folder, { recursive: true });
    await expect(loadLPIPSNetwork({ network: 'alex', ...paths })).rejects.toThrow(/ENOENT/);
    await expect(loadLPIPSNetwork({ network: 'alex', backbone: '', linear: 'x' })).rejects.toThrow(
      /`backbone` must be a path/,
    );
  });

  const without = (key: string) => {
    const entries = Object.entries(backboneOf('alex')).filter(([name]) => name !== key);
    return encodeSafetensors({ tensors: Object.fromEntries(entries) });
  };
  it.each<[string, () => Record<string, unknown>, RegExp]>([
    ['no network', () => ({ network: undefined }), /`network` must be one of 'alex', 'vgg'/],
    ['squeeze', () => ({ network: 'squeeze' }), /`network` must be one of/],
    ['a path', () => ({ backbone: 'alexnet.pth' }), /`backbone` must be the bytes of a file, or/],
    ['no linear layers', () => ({ linear: undefined }), /`linear` must be the bytes of a file/],
    ['range', () => ({ range: [1, 1] }), /`range\[1\]` must be a finite number > 1/],
    ['no range', () => ({ range: 255 }), /`range` must be a pair/],
    ['batchSize', () => ({ batchSize: 0 }), /`batchSize` must be an integer >= 1/],
    ['another option', () => ({ net: 'alex' }), /Received: "net"/],
    [
      'a missing weight',
      () => ({ backbone: without('features.3.bias') }),
      /1 missing[^]*features\.3\.bias/,
    ],
    [
      'the other linear layers',
      () => ({ linear: encodeSafetensors({ tensors: linearOf('vgg') }) }),
      /lin0 … lin4 with 64, 192, 384, 256, 256[^]*\[64, 128, 256, 512, 512\]/,
    ],
    [
      'a backbone as linear layers',
      () => ({ linear: files.backbone }),
      /`linear` must be a file of lin0/,
    ],
    [
      'linear layers as a backbone',
      () => ({ backbone: files.linear }),
      /missing[^]*features\.0\.weight/,
    ],
    [
      'weights below 0',
      () => ({
        linear: encodeSafetensors({
          tensors: {
            ...linearOf('alex'),
            'lin1.model.1.weight': { shape: [1, 192, 1, 1], data: new Float32Array(192).fill(-1) },
          },
        }),
      }),
      /weights from 0 on.*lin1/,
    ],
  ])('refuses %s, and keeps nothing', async (_, wrong, message) => {
    const before = memory().numTensors;
    await expect(lpipsNetwork({ ...files, ...wrong() })).rejects.toThrow(message);
    expect(memory().numTensors).toBe(before);
  });

  it.each<[string, number[], number[], RegExp]>([
    ['grey images', [1, 40, 40, 1], [1, 40, 40, 1], /`target` must be of shape \[\?,\?,\?,3\]/],
    ['other sizes', [1, 40, 40, 3], [1, 40, 41, 3], /`prediction` must be of shape \[1,40,40,3\]/],
    ['small images', [1, 30, 40, 3], [1, 30, 40, 3], /from 31×31 on/],
    ['no images', [0, 40, 40, 3], [0, 40, 40, 3], /one image or more/],
  ])('refuses %s', async (_, target, prediction, message) => {
    const of = { target: zeros(target), prediction: zeros(prediction) } as never;
    const before = memory().numTensors;
    await expect(alex.distance(of)).rejects.toThrow(message);
    expect(memory().numTensors).toBe(before);
  });

  it('takes the smallest images, and refuses NaN', async () => {
    const of = { target: zeros([1, 31, 31, 3]), prediction: zeros([1, 31, 31, 3]) } as never;
    expect((await alex.distance(of)).mean).toBe(0);
    const bad = tensor4d(new Float32Array(31 * 31 * 3).fill(NaN), [1, 31, 31, 3]);
    await expect(alex.distance({ target: bad, prediction: bad })).rejects.toThrow(/Received: NaN/);
  });
});
