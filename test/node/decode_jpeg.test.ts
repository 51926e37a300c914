import { describe, expect, it } from 'vitest';
import { RandomStream } from '../../src/internal/random.js';
import { BadImage } from '../../src/io/images/bad_image.js';
import { decodeJPEG } from '../../src/node/images/decode_jpeg.js';
import { IMAGES, bytesOf } from '../io/images/image_fixture.js';

const FILES = Object.entries(IMAGES.files.jpeg);

describe('decodeJPEG', () => {
  it.each(FILES)('reads what PIL reads, to the bit: %s', async (_, { file, size, rgb }) => {
    const bytes = bytesOf(file);
    const { width, height, channels, data } = await decodeJPEG(bytes);
    expect([width, height]).toEqual(size);
    const expected = bytesOf(rgb);
    expect(data).toEqual(channels === 3 ? expected : expected.filter((_, i) => i % 3 === 0));
    expect(bytes).toEqual(bytesOf(file));
  });

  it('refuses CMYK by name', async () => {
    await expect(decodeJPEG(bytesOf(IMAGES.refused['CMYK']!))).rejects.toThrow(
      /^its colours are CMYK; convert it to RGB, in Python by/,
    );
  });

  it.each(['4:2:0', 'progressive', 'grey', 'restarts'])(
    'reads what has stray bytes, with a warning: %s',
    async (name) => {
      const clean = bytesOf(IMAGES.files.jpeg[name]!.file);
      const expected = await decodeJPEG(clean);
      expect(expected.warning).toBeUndefined();
      const marker = (kind: number) =>
        [...clean.keys()].filter((i) => clean[i] === 0xff && clean[i + 1] === kind);
      const [table, scans, end] = [marker(0xdb)[0]!, marker(0xda), clean.length - 2];
      for (const at of [2, table, ...scans, end])
        for (const stray of [[0], [1, 2, 3, 4, 5], [0xff, 0, 7], Array<number>(300).fill(0)]) {
          const [before, behind] = [clean.subarray(0, at), clean.subarray(at)];
          const { warning, ...image } = await decodeJPEG(Uint8Array.of(...before, ...stray, ...behind)); // prettier-ignore
          expect(image, `${at}`).toEqual(expected);
          // a few bytes behind the data may be read as data that nobody asks for
          if (at <= scans[0]! || stray.length > 4)
            expect(warning).toMatch(
              /^\d+ bytes (between its segments|behind its data) belong to no/,
            );
        }
    },
  );

  it('survives any damage, and is right after it', async () => {
    const { file, rgb } = IMAGES.files.jpeg['4:2:0']!;
    const random = new RandomStream(3);
    let refused = 0;
    for (let round = 0; round < 300; round++) {
      const bytes = bytesOf(file);
      const [at, value] = random.uniformValues(2) as unknown as [number, number];
      bytes[Math.floor(at * bytes.length)] = Math.floor(value * 256);
      await decodeJPEG(bytes).catch((error: unknown) => {
        expect(error).toBeInstanceOf(BadImage);
        refused++;
      });
    }
    expect(refused).toBeGreaterThan(20);
    expect((await decodeJPEG(bytesOf(file))).data).toEqual(bytesOf(rgb));
  });

  it('refuses data that end within a scan whose end marker is there', async () => {
    const bytes = bytesOf(IMAGES.files.jpeg['4:2:0']!.file);
    const cut = Uint8Array.of(...bytes.subarray(0, Math.floor(bytes.length * 0.8)), 0, 0xff, 0xd9);
    await expect(decodeJPEG(cut)).rejects.toThrow('its data are damaged');
  });
});
