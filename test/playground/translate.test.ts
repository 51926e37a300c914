import { existsSync, readFileSync, statSync } from 'node:fs';
import { memory, randomUniform } from '@tensorflow/tfjs-core';
import type { Rank } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { CLASSES, dataFolder, readFashion } from '../../examples/edges2clothes/fashion.js';
import { pairAt, SIDE } from '../../examples/edges2clothes/pairs.js';
import { encodeHalf, halfBits } from '../../examples/half_safetensors.js';
import { Scenes } from '../../examples/street_scenes/data.js';
import { gridOf, lineDrawing } from '../../site/playground/translate/drawing.js';
import { describe as told, networkOf } from '../../site/playground/translate/network_of.js';
import { bytesOf, pictureOf } from '../../site/playground/translate/picture.js';
import { heldOutScene, mapOf, rightShare } from '../../site/playground/translate/scene.js';
import {
  DRAWING,
  nameFrom,
  OUR_MODES,
  SCENE,
  sidesFor,
} from '../../site/playground/translate/settings.js';
import { drawLine, Strokes } from '../../site/playground/translate/strokes.js';
import { Translator } from '../../site/playground/translate/translator.js';
import { decodeSafetensors } from '../../src/io/safetensors.js';
import { stateDict } from '../../src/io/pytorch/state_dict.js';
import { resnetGenerator } from '../../src/models/resnet_generator.js';
import { unetGenerator } from '../../src/models/unet_generator.js';
import { useBackend } from '../helpers/backends.js';

beforeAll(() => useBackend('wasm'));

const drawings = JSON.parse(readFileSync('examples/edges2clothes/drawings.json', 'utf8')) as {
  readonly name: string;
  readonly place: number;
  readonly lines: string;
}[];
const WEIGHTS = {
  edges: 'examples/edges2clothes/weights/generator.safetensors',
  labels: 'examples/street_scenes/weights/labels-to-photo.safetensors',
  photo: 'examples/street_scenes/weights/photo-to-labels.safetensors',
} as const;
const read = (name: keyof typeof WEIGHTS) =>
  decodeSafetensors(new Uint8Array(readFileSync(WEIGHTS[name]))).tensors;

const meanDistance = (a: Float32Array, b: Float32Array): number =>
  a.reduce((sum, value, i) => sum + Math.abs(value - b[i]!), 0) / a.length;

describe('float16 of the files', () => {
  it.each([
    [0, 0],
    [-0, 0x8000],
    [1, 0x3c00],
    [-2.5, 0xc100],
    [65_504, 0x7bff],
    [2 ** -24, 1],
    [2 ** -25, 0], // the middle, to the even one
    [3 * 2 ** -25, 2],
    [1 + 2 ** -11, 0x3c00],
    [1 + 3 * 2 ** -11, 0x3c02],
    [2 - 2 ** -12, 0x4000], // up to the next power of two
  ])('of %f is rounded to the nearest', (value, bits) => {
    expect(halfBits(value)).toBe(bits);
  });

  it('refuses what is too large for it', () => {
    expect(() => halfBits(65_520)).toThrow(/65520 is beyond/);
    expect(() => halfBits(NaN)).toThrow(RangeError);
  });

  it('is read back within half a step, and vectors and counters with all bits', () => {
    const kernel = Float32Array.from({ length: 64 }, (_, i) => Math.sin(i + 1) / (i + 1));
    const bias = Float32Array.of(0.1, 1e-9, 1e30);
    const bytes = encodeHalf(
      {
        bias: { shape: [3], data: bias },
        kernel: { shape: [4, 16], data: kernel },
        count: { shape: [], data: Int32Array.of(7), dtype: 'I64' },
      },
      { seed: '3' },
    );
    const { tensors, metadata } = decodeSafetensors(bytes);
    expect(metadata).toEqual({ seed: '3' });
    expect(tensors['bias']).toEqual({ shape: [3], data: bias });
    expect(tensors['count']).toEqual({ shape: [], data: Int32Array.of(7), dtype: 'I64' });
    tensors['kernel']!.data.forEach((value, i) => {
      expect(Math.abs(value - kernel[i]!)).toBeLessThanOrEqual(Math.abs(kernel[i]!) * 2 ** -11);
    });
  });
});

describe('the network of a file', () => {
  it.each([
    [
      'unet',
      () =>
        unetGenerator({
          ...{ inputShape: [32, 32, 1], outputChannels: 3, filters: 3, downsamplings: 5 },
        }),
      'U-Net of 5 levels, 3 filters, 1 → 3 channels, normalization: batch',
    ],
    [
      'unet',
      () =>
        unetGenerator({
          ...{ inputShape: [32, 32, 3], filters: 2, downsamplings: 4, normalization: 'instance' },
        }),
      'U-Net of 4 levels, 2 filters, 3 → 3 channels, normalization: instance',
    ],
    [
      'resnet',
      () => resnetGenerator({ inputShape: [16, 16, 3], filters: 2, blocks: 6 }),
      'ResNet of 6 blocks, 2 filters, 3 → 3 channels, normalization: instance',
    ],
    [
      'resnet',
      () =>
        resnetGenerator({
          ...{ inputShape: [16, 16, 1], outputChannels: 3, filters: 2, blocks: 2, dropout: 0.5 },
          ...{ normalization: 'batch', padding: 'zero' },
        }),
      'ResNet of 2 blocks, 2 filters, 1 → 3 channels, normalization: batch',
    ],
  ] as const)('of %s is found, and makes the same picture', async (architecture, make, text) => {
    const model = make();
    const [, side, , channels] = model.inputs[0]!.shape as number[];
    const weights = await stateDict({ model, architecture });
    const wrapped = Object.fromEntries(
      Object.entries(weights).map(([name, array]) => [`module.${name}`, array]),
    );
    expect(told(networkOf(weights))).toBe(text);
    const x = randomUniform<Rank.R4>([1, side!, side!, channels!], -1, 1, 'float32', 3);
    const values = (await x.data()) as Float32Array;
    const expected = await model.predict(x).data();
    const before = memory().numTensors;
    const translator = Translator.from(wrapped);
    expect(translator.network).toEqual(networkOf(weights));
    const shape = { width: side!, height: side!, channels: channels! };
    const made = await translator.translate({ ...shape, values }, 'of training');
    expect(made.values).toEqual(expected);
    expect(made).toMatchObject({ width: side, height: side });
    translator.dispose();
    expect(memory().numTensors).toBe(before);
  });

  it('is none of a file of something else, whose names are told', () => {
    const other = { 'fc.weight': { shape: [2, 3], data: new Float32Array(6) } };
    expect(() => networkOf(other)).toThrow(
      /must have the weights of a generator .* Received: 1 entries, fc\.weight \[2,3\]/,
    );
  });

  it('takes pictures of grey or of colours alone', async () => {
    const model = unetGenerator({ inputShape: [4, 4, 6], filters: 1, downsamplings: 2 });
    const weights = await stateDict({ model, architecture: 'unet' });
    const before = memory().numTensors;
    expect(() => Translator.from(weights)).toThrow(/1 or 3 channels. Received: 6/);
    expect(memory().numTensors).toBe(before);
  });

  it('is disposed where a weight is missing, and the error is that of loadStateDict', async () => {
    const model = resnetGenerator({ inputShape: [8, 8, 3], filters: 1, blocks: 1 });
    const weights = await stateDict({ model, architecture: 'resnet' });
    delete weights['model.4.bias'];
    const before = memory().numTensors;
    expect(() => Translator.from(weights)).toThrow(/model\.4\.bias/);
    expect(memory().numTensors).toBe(before);
  });
});

describe('the generators of the examples', () => {
  it('weigh at most 3 MB together', () => {
    const sizes = Object.values(WEIGHTS).map((path) => statSync(path).size);
    expect(sizes.reduce((a, b) => a + b)).toBeLessThanOrEqual(3e6);
  });

  it('make a picture of a drawing that is dark inside and white outside', async () => {
    const translator = Translator.from(read('edges'));
    const drawing = lineDrawing(gridOf(drawings[0]!.lines, DRAWING), DRAWING);
    const { values } = await translator.translate(drawing, OUR_MODES.edges);
    const at = (column: number, row: number) => values[row * DRAWING + column]!;
    expect(at(16, 18)).toBeLessThan(0.5);
    for (const corner of [0, 31]) expect(at(corner, corner)).toBeGreaterThan(0.9);
    translator.dispose();
  });

  it('name most pixels of a street, and make a street of a map', async () => {
    const { photo, labels } = heldOutScene(3);
    const [toMap, toPhoto] = [read('photo'), read('labels')].map((file) => Translator.from(file));
    const map = await toMap!.translate(photo, OUR_MODES.photo);
    expect(rightShare(map, labels)).toBeGreaterThan(0.75);
    expect(rightShare(photo, labels)).toBeLessThan(0.6);
    const made = await toPhoto!.translate(mapOf(labels), OUR_MODES.labels);
    const untouched = meanDistance(mapOf(labels).values, photo.values);
    expect(meanDistance(made.values, photo.values)).toBeLessThan(0.75 * untouched);
    for (const one of [toMap!, toPhoto!]) one.dispose();
  });
});

describe('what the page draws', () => {
  it('is of the sizes of the examples, and of scenes that they hold out', () => {
    expect(DRAWING).toBe(SIDE);
    const { photo, labels } = heldOutScene(2);
    const scene = new Scenes('test', 3, SCENE).at(2);
    expect(photo.values).toEqual(scene.photo);
    expect(labels).toEqual(scene.labels);
  });

  it.skipIf(!existsSync(dataFolder()))('begins with drawings that the example makes', () => {
    const test = readFashion('t10k', dataFolder());
    for (const { name, place, lines } of drawings) {
      expect(CLASSES[test.classes[place]!]).toBe(name);
      const { values } = lineDrawing(gridOf(lines, DRAWING), DRAWING);
      expect(values).toEqual(pairAt(test, place).edges);
    }
  });

  it('is a line without gaps, within the grid', () => {
    const grid = new Uint8Array(25);
    drawLine(grid, 5, [[-2, 0], [4, 3]], 1); // prettier-ignore
    const rows = Array.from({ length: 5 }, (_, row) =>
      grid.subarray(5 * row, 5 * row + 5).join(''),
    );
    expect(rows).toEqual(['00000', '10000', '01100', '00011', '00000']);
    drawLine(grid, 5, [[2, 2], [2, 2]], 0, 3); // prettier-ignore
    expect([...grid].flatMap((value, i) => (value === 1 ? [i] : []))).toEqual([5, 19]);
  });

  it('is taken back stroke by stroke', () => {
    const strokes = new Strokes();
    const grid = Uint8Array.of(0, 0);
    strokes.begin(grid);
    grid[0] = 1;
    strokes.begin(grid);
    grid[1] = 1;
    expect(strokes.undo()).toEqual(Uint8Array.of(1, 0));
    expect(strokes.undo()).toEqual(Uint8Array.of(0, 0));
    expect(strokes.undo()).toBeUndefined();
  });
});

describe('pictures', () => {
  it('are bytes of a canvas and back', () => {
    const colours = Uint8ClampedArray.of(0, 127, 255, 255, 9, 8, 7, 255);
    const picture = pictureOf(colours, 2, 1, 3);
    expect(picture.values[0]).toBe(-1);
    expect(picture.values[2]).toBe(1);
    expect(bytesOf(picture)).toEqual(colours);
    const grey = pictureOf(Uint8ClampedArray.of(200, 200, 200, 255), 1, 1, 1);
    expect(bytesOf(grey)).toEqual(Uint8ClampedArray.of(200, 200, 200, 255));
    expect(pictureOf(Uint8ClampedArray.of(255, 0, 0, 255), 1, 1, 1).values[0]).toBeCloseTo(-0.402);
  });
});

describe('settings', () => {
  it('are read from the address, and sizes are those that fit', () => {
    expect(nameFrom('?network=photo')).toBe('photo');
    expect(nameFrom('?network=x')).toBe('edges');
    expect(sidesFor(256)).toEqual([256, 512]);
    expect(sidesFor(4)[0]).toBe(32);
  });
});
