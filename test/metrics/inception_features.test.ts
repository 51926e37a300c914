import { cast, div, memory, sub, tidy, zeros } from '@tensorflow/tfjs-core';
import type { DataType } from '@tensorflow/tfjs-core';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { encodeSafetensors } from '../../src/io/safetensors.js';
import { inceptionFeatures } from '../../src/metrics/inception/inception_features.js';
import type {
  InceptionFeatures,
  InceptionOutputs,
} from '../../src/metrics/inception/inception_features.js';
import { loadInceptionFeatures } from '../../src/node/files/inception_file.js';
import { FASTEST, useBackend } from '../helpers/backends.js';
import { FEATURES, images, seededWeights } from '../helpers/inception.js';
import { expectNoLeak } from '../helpers/leaks.js';
import { network } from '../io/pytorch/reference_networks.js';

const { 2048: FEATURES_2048, logits_unbiased: LOGITS } = Object.fromEntries(FEATURES);
const file = () => encodeSafetensors({ tensors: seededWeights() });
const PUBLISHED = Buffer.from(
  '6726825d0af5f729cebd5821db510b11b1cfad8faad88a03f1befd49fb9129b2',
  'hex',
);

async function expectReference({ features, logits }: InceptionOutputs, rtol = 1e-4): Promise<void> {
  expect(features.shape).toEqual([2, 2048]);
  expect(logits.shape).toEqual([2, 1008]);
  expect(await features.data()).toBeAllclose(FEATURES_2048!, { rtol });
  expect(await logits.data()).toBeAllclose(LOGITS!, { rtol });
  features.dispose();
  logits.dispose();
}

describe('inceptionFeatures', () => {
  let inception: InceptionFeatures;
  let fetched: string;
  beforeAll(async () => {
    await useBackend(FASTEST);
    vi.stubGlobal('fetch', async (address: string) => {
      fetched = address;
      return new Response(new Uint8Array(file()));
    });
    const weights = new URL('https://example.org/inception.safetensors');
    inception = await inceptionFeatures({ weights, pixels: 'bytes', batchSize: 1 });
  });
  afterAll(() => {
    inception.dispose();
    vi.unstubAllGlobals();
  });
  afterEach(() => vi.restoreAllMocks());

  it('has the features and logits of torch-fidelity, image by image', async () => {
    expect(fetched).toBe('https://example.org/inception.safetensors');
    expect(inception.name).toBe('inception-v3');
    const x = images();
    await expectReference(await inception.extract(x));
    await expectNoLeak(async () => {
      const { features, logits } = await inception.extract(x);
      features.dispose();
      logits.dispose();
    }, 1);
    expect(x.isDisposed).toBe(false);
  });

  it('takes integers and images between −1 and 1, more at a time, and is freed', async () => {
    const before = memory().numTensors;
    const bytes = images();
    const integers = cast(bytes, 'int32');
    await expectReference(await inception.extract(integers));
    const signed = tidy(() => sub(div(bytes, 127.5), 1));
    const other = await inceptionFeatures({ weights: file(), pixels: 'signed' });
    await expectReference(await other.extract(signed));
    await expect(other.extract(integers)).rejects.toThrow(/`images` must be of dtype float32/);
    for (const made of [bytes, integers, signed, other]) made.dispose();
    expect(memory().numTensors).toBe(before);
  });

  it('is called by its published name with the published file alone', async () => {
    const digest = vi.spyOn(crypto.subtle, 'digest');
    digest.mockImplementation(async () => new Uint8Array(PUBLISHED).buffer);
    const [weights, pixels] = [file(), 'bytes' as const];
    const published = await inceptionFeatures({ weights: weights.buffer as ArrayBuffer, pixels });
    expect(published.name).toBe('inception-v3-2015');
    expect(digest.mock.calls[0]![0]).toBe('SHA-256');
    expect(digest.mock.calls[0]![1]).toHaveProperty('byteLength', weights.length);
    published.dispose();
    const near = new Uint8Array(PUBLISHED);
    near[31]! ^= 1;
    digest.mockImplementation(async () => near.buffer);
    const other = await inceptionFeatures({ weights, pixels });
    expect(other.name).toBe('inception-v3');
    other.dispose();
  });

  it('of another network, lists what is missing and unexpected, and keeps nothing', async () => {
    const before = memory().numTensors;
    const weights = network('pixel, instance norm').pth;
    const made = inceptionFeatures({ weights, pixels: 'bytes' });
    await expect(made).rejects.toThrow(
      /472 missing, \d+ unexpected[^]*Conv2d_1a_3x3\.conv\.weight[^]*Unexpected: net\.0\.weight/,
    );
    expect(memory().numTensors).toBe(before);
  });

  it('reads a file of a path', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'gan-kit-inception-'));
    const path = join(folder, 'weights.safetensors');
    const options = { pixels: 'bytes' } as const;
    await expect(loadInceptionFeatures(path, options)).rejects.toThrow(/ENOENT/);
    await writeFile(path, file());
    const read = await loadInceptionFeatures(path, options);
    await rm(folder, { recursive: true });
    await expectReference(await read.extract(images()));
    read.dispose();
    await expect(loadInceptionFeatures('', options)).rejects.toThrow(/`path`/);
  });

  it.each<[string, Record<string, unknown>, RegExp]>([
    ['no weights', { weights: undefined }, /`weights` must be the bytes of a file, or a URL/],
    ['a path', { weights: 'weights.pth' }, /In Node, `await readFile\(path\)`/],
    ['no range of pixels', { pixels: undefined }, /`pixels` must be one of 'bytes', 'signed'/],
    ['quantize', { quantize: true }, /`quantize` must be one of 'round', 'truncate', 'none'/],
    ['batchSize', { batchSize: 0 }, /`batchSize` must be an integer >= 1/],
    ['another option', { layer: '2048' }, /Received: "layer"/],
    ['a damaged file', { weights: Uint8Array.of(1, 2, 3) }, /readPth: `bytes` must be/],
  ])('refuses %s', async (_, options, message) => {
    const all = { weights: Uint8Array.of(1), pixels: 'bytes', ...options };
    await expect(inceptionFeatures(all as never)).rejects.toThrow(message);
  });

  it('says what a URL answered', async () => {
    vi.stubGlobal('fetch', async () => new Response(null, { status: 404 }));
    const weights = new URL('https://example.org/none');
    await expect(inceptionFeatures({ weights, pixels: 'bytes' })).rejects.toThrow(
      /Received: "404 of https:\/\/example\.org\/none"/,
    );
  });

  it.each<[string, number[], DataType, RegExp]>([
    ['grey images', [2, 8, 8, 1], 'float32', /of shape \[\?,\?,\?,3\][^]*concat\(\[x, x, x\], 3\)/],
    ['one image without its axis', [8, 8, 3], 'float32', /of shape \[\?,\?,\?,3\]/],
    ['no image', [0, 8, 8, 3], 'float32', /of one pixel or more/],
    ['booleans', [1, 8, 8, 3], 'bool', /of dtype float32/],
  ])('refuses %s', async (_, shape, dtype, message) => {
    await expect(inception.extract(zeros(shape, dtype))).rejects.toThrow(message);
  });
});
