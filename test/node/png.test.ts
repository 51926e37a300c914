import { decode } from 'fast-png';
import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { encodePNG, savePNG } from '../../src/node/images/png.js';

const folder = mkdtempSync(join(tmpdir(), 'gan-kit-png-'));
afterAll(() => rmSync(folder, { recursive: true }));
const image = { width: 2, height: 1, channels: 3 as const, data: Uint8Array.of(1, 2, 3, 4, 5, 6) };

describe('savePNG', () => {
  it('writes a file that a decoder reads', async () => {
    const path = join(folder, 'samples', 'one.png');
    await savePNG(path, image);
    expect([...decode(readFileSync(path)).data]).toEqual([1, 2, 3, 4, 5, 6]);
  });

  it('refuses bad input and writes nothing', async () => {
    await expect(savePNG('', image)).rejects.toThrow(/savePNG: `path` must be a path/);
    const path = join(folder, 'bad.png');
    await expect(savePNG(path, { ...image, width: 3 })).rejects.toThrow(
      /width · height · channels = 9 bytes/,
    );
    expect(readdirSync(folder)).not.toContain('bad.png');
  });
});

describe('encodePNG', () => {
  it.each([1, 2, 3, 4] as const)('a decoder gives back the pixels of %i channels', (channels) => {
    const data = Uint8Array.from({ length: 3 * 5 * channels }, (_, i) => (i * 37) % 256);
    const read = decode(encodePNG({ width: 5, height: 3, channels, data }), { checkCrc: true });
    expect([read.width, read.height, read.channels, read.depth]).toEqual([5, 3, channels, 8]);
    expect([...read.data]).toEqual([...data]);
  });

  it('keeps a grid of 64 digit-like pictures well below 300 kB', () => {
    const side = 8 * 58;
    const data = Uint8Array.from({ length: side * side }, (_, i) => {
      const [x, y] = [Math.floor((i % side) / 2), Math.floor(i / side / 2)];
      return Math.max(0, 255 * Math.sin(x / 3) * Math.cos(y / 4 + x / 9));
    });
    expect(encodePNG({ width: side, height: side, channels: 1, data }).length).toBeLessThan(
      100_000,
    );
  });
});

describe('bad input of encodePNG', () => {
  const image = { width: 2, height: 2, channels: 1, data: new Uint8Array(4) };
  const cases: [string, unknown, RegExp][] = [
    ['nothing', undefined, /encodePNG: `image` must be an object with the keys width/],
    ['another key', { ...image, depth: 8 }, /with the keys width, height, channels, data/],
    ['width', { ...image, width: 0 }, /`image\.width` must be an integer >= 1\. Received: 0/],
    ['height', { ...image, height: 1.5 }, /`image\.height`/],
    ['channels', { ...image, channels: 5 }, /`image\.channels` must be .* <= 4/],
    [
      'data of another kind',
      { ...image, data: new Float32Array(4) },
      /`image\.data` must be a Uint8Array/,
    ],
    [
      'data too short',
      { ...image, data: new Uint8Array(3) },
      /width · height · channels = 4 bytes\. Received: 3/,
    ],
  ];
  it.each(cases)('%s', (_, bad, message) => {
    expect(() => encodePNG(bad as never)).toThrow(message);
  });
});
