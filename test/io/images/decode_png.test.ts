import { crc32, deflateSync, inflateSync } from 'node:zlib';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { decodePNG } from '../../../src/io/images/decode_png.js';
import type { RasterImage } from '../../../src/io/image_grid.js';
import { IMAGES, bytesOf } from './image_fixture.js';

const FILES = Object.entries(IMAGES.files.png);
const SMALL = bytesOf(IMAGES.files.png['interlaced, 3 × 2']!.file);

/** RGB without alpha, as PIL's convert("RGB"). */
const rgbOf = ({ width, height, channels, data }: RasterImage) =>
  Uint8Array.from(
    { length: 3 * width * height },
    (_, i) => data[Math.floor(i / 3) * channels + (channels < 3 ? 0 : i % 3)]!,
  );

function chunk(type: string, data: Uint8Array): Buffer {
  const frame = Buffer.alloc(12 + data.length);
  frame.writeUInt32BE(data.length, 0);
  frame.write(type, 4, 'latin1');
  frame.set(data, 8);
  frame.writeUInt32BE(crc32(frame.subarray(4, 8 + data.length)), 8 + data.length);
  return frame;
}

interface Parts {
  readonly size?: [number, number];
  /** Depth, colour type, compression, filter, interlace. */
  readonly kind?: number[];
  readonly rows?: Uint8Array;
  readonly before?: Buffer;
  /** The compressed data, if not of the rows. */
  readonly packed?: Buffer;
}

/** A file with right checksums and whatever else. */
function png({ size = [2, 1], kind = [8, 0, 0, 0, 0], rows, before, packed }: Parts): Uint8Array {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(size[0], 0);
  header.writeUInt32BE(size[1], 4);
  header.set(kind, 8);
  return Buffer.concat([
    Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a),
    chunk('IHDR', header),
    before ?? Buffer.alloc(0),
    chunk('IDAT', packed ?? deflateSync(rows ?? Uint8Array.of(0, 7, 9))),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

/** As Node has it from 22 on, and browsers: bytes behind the stream are an error, after all data. */
class StrictDecompression extends TransformStream<Uint8Array, Uint8Array> {
  constructor() {
    const parts: Uint8Array[] = [];
    super({
      transform: (part) => void parts.push(part),
      flush(stream) {
        const packed = Buffer.concat(parts);
        const { buffer, engine } = inflateSync(packed, { info: true }) as unknown as {
          buffer: Buffer;
          engine: { bytesWritten: number };
        };
        stream.enqueue(buffer);
        if (engine.bytesWritten < packed.length) stream.error(new TypeError('Trailing junk'));
      },
    });
  }
}

describe('decodePNG', () => {
  afterEach(() => vi.unstubAllGlobals());

  it.each(FILES)('reads what PIL reads, to the bit: %s', async (_, { file, size, rgb }) => {
    const bytes = bytesOf(file);
    const image = await decodePNG(bytes);
    expect([image.width, image.height]).toEqual(size);
    expect(rgbOf(image)).toEqual(bytesOf(rgb));
    expect(bytes).toEqual(bytesOf(file));
    const shifted = new Uint8Array(bytes.length + 3).fill(1);
    shifted.set(bytes, 3);
    expect(await decodePNG(shifted.subarray(3))).toEqual(image); // a view of a larger buffer
  });

  it('keeps alpha and the number of channels', async () => {
    const read = async (name: string) => decodePNG(bytesOf(IMAGES.files.png[name]!.file));
    const channels = async (name: string) => (await read(name)).channels;
    expect(await channels('grey 2')).toBe(1);
    expect(await channels('grey with alpha')).toBe(2);
    expect(await channels('palette 4')).toBe(3);
    expect(await channels('rgb 16 with alpha')).toBe(4);
    const { data } = await read('rgb with alpha 0');
    expect(data.filter((_, i) => i % 4 === 3).every((alpha) => alpha === 0)).toBe(true);
  });

  it('takes the upper 8 bits of 16-bit grey, which PIL clips', async () => {
    const rows = Uint8Array.of(0, 0x12, 0x34, 0xff, 0xfe);
    const { data } = await decodePNG(png({ kind: [16, 0, 0, 0, 0], rows }));
    expect([...data]).toEqual([0x12, 0xff]);
  });

  it.each([true, false])(
    'passes over bytes behind the compressed data, where the platform takes them for an error: %s',
    async (strict) => {
      if (strict) vi.stubGlobal('DecompressionStream', StrictDecompression);
      const clean = deflateSync(Uint8Array.of(0, 7, 9));
      for (const behind of [[], [0], [1, 2, 3, 4, 5], [...clean]]) {
        const { data } = await decodePNG(png({ packed: Buffer.from([...clean, ...behind]) }));
        expect([...data]).toEqual([7, 9]);
      }
    },
  );

  it('hands compressed data on in one piece, however many chunks they come in', async () => {
    const pieces: number[] = [];
    class Counted extends Blob {
      constructor(parts: Uint8Array<ArrayBuffer>[]) {
        super(parts);
        pieces.push(parts.length);
      }
    }
    vi.stubGlobal('Blob', Counted);
    const rows = Uint8Array.from({ length: 5001 }, (_, i) => (i === 0 ? 0 : (i * i) % 251));
    const packed = deflateSync(rows, { level: 0 });
    const chunks = Array.from(packed, (byte) => chunk('IDAT', Uint8Array.of(byte)));
    const file = png({ size: [5000, 1], before: Buffer.concat(chunks), packed: Buffer.alloc(0) });
    const { data } = await decodePNG(file);
    expect(Buffer.compare(data, rows.subarray(1))).toBe(0);
    expect(pieces).toEqual([1]);
  });

  it('counts the pixels that are returned against its limit of 256 MiB', async () => {
    const [grey, rgb, alpha, greyAlpha] = [0, 2, 6, 4].map((type) => [8, type, 0, 0, 0]);
    const tell = (size: [number, number], kind: number[] | undefined, options = {}) =>
      decodePNG(png({ size, kind: kind! }), options).catch((error: unknown) => (error as Error).message); // prettier-ignore
    const small = /it holds fewer pixels than its size says/; // read on to the pixels
    const large = (bytes: number) => new RegExp(`, ${bytes} bytes? each, takes more than 268435456 bytes \\(256 MiB\\)`); // prettier-ignore
    expect(await tell([8193, 8193], grey)).toMatch(small);
    expect(await tell([9000, 9000], rgb)).toMatch(small);
    expect(await tell([16384, 16384], grey)).toMatch(small);
    expect(await tell([16385, 16384], grey)).toMatch(large(1));
    expect(await tell([9500, 9500], rgb)).toMatch(large(3));
    expect(await tell([8193, 8192], alpha)).toMatch(large(4));
    expect(await tell([11586, 11586], greyAlpha)).toMatch(large(2));
    expect(await tell([11586, 11586], [16, 0, 0, 0, 0])).toMatch(small);
    expect(await tell([11586, 11586], [16, 0, 0, 0, 0], { bits: 16 })).toMatch(large(2));
  });

  it('keeps 16 bits if asked, and spreads 8', async () => {
    const rows = Uint8Array.of(0, 0x12, 0x34, 0x0f, 0xff);
    const deep = await decodePNG(png({ kind: [16, 0, 0, 0, 0], rows }), { bits: 16 });
    expect(deep).toEqual({ width: 2, height: 1, channels: 1, data: Uint16Array.of(0x1234, 0xfff) });
    const spread = await decodePNG(png({}), { bits: 16 });
    expect([...spread.data]).toEqual([7 * 257, 9 * 257]);
    const filtered = Uint8Array.of(1, 0x12, 0xff, 0x00, 0x02); // the sum of each byte with that to the left
    const left = await decodePNG(png({ kind: [16, 0, 0, 0, 0], rows: filtered }), { bits: 16 });
    expect([...left.data]).toEqual([0x12ff, 0x1201]);
  });

  it('makes transparency a channel if asked', async () => {
    const read = (parts: Parts, bits: 8 | 16 = 8) =>
      bits === 8
        ? decodePNG(png(parts), { transparency: true })
        : decodePNG(png(parts), { transparency: true, bits });
    const clear = (...bytes: number[]) => chunk('tRNS', Uint8Array.from(bytes));
    const colours = chunk('PLTE', Uint8Array.of(1, 2, 3, 4, 5, 6));
    const indices = { kind: [8, 3, 0, 0, 0], rows: Uint8Array.of(0, 1, 0) };
    const palette = { ...indices, before: Buffer.concat([colours, clear(50)]) };
    expect(await read(palette)).toMatchObject({ channels: 4, data: Uint8Array.of(4, 5, 6, 255, 1, 2, 3, 50) }); // prettier-ignore
    expect((await decodePNG(png(palette))).channels).toBe(3);
    expect((await read({ ...indices, before: colours })).channels).toBe(3);
    expect(await read({ before: clear(0, 9) })).toMatchObject({ channels: 2, data: Uint8Array.of(7, 255, 9, 0) }); // prettier-ignore
    const two = { kind: [4, 0, 0, 0, 0], rows: Uint8Array.of(0, 0x5f), before: clear(0, 5) };
    expect([...(await read(two)).data]).toEqual([85, 0, 255, 255]);
    // colours of 16 bits are told apart by all of them
    const rgb = [0x12, 0x34, 0, 0, 0, 1];
    const deep = { kind: [16, 2, 0, 0, 0], rows: Uint8Array.of(0, ...rgb, 0x12, 0x35, 0, 0, 0, 1), before: clear(...rgb) }; // prettier-ignore
    expect([...(await read(deep)).data]).toEqual([0x12, 0, 0, 0, 0x12, 0, 0, 255]);
    expect([...(await read(deep, 16)).data]).toEqual([0x1234, 0, 1, 0, 0x1235, 0, 1, 65535]);
  });

  it('refuses options that are none', async () => {
    const refused = (options: object) =>
      expect(decodePNG(png({}), options as never)).rejects.toThrow(/^decodePNG: `/);
    await refused({ bits: 12 });
    await refused({ transparency: 1 });
    await refused({ alpha: true });
  });

  it('refuses a file that was cut anywhere', async () => {
    for (let length = 0; length < SMALL.length; length++)
      await expect(decodePNG(SMALL.subarray(0, length))).rejects.toThrow(
        /^decodePNG: `bytes` must be a PNG file that is whole\. Received: "(the file ends too early|it is no PNG file)"/,
      );
  });

  it('refuses a file with one wrong byte anywhere', async () => {
    for (let at = 0; at < SMALL.length; at++) {
      const wrong = SMALL.slice();
      wrong[at]! ^= 1 << (at % 8);
      await expect(decodePNG(wrong), `byte ${at}`).rejects.toThrow(/^decodePNG: `bytes`/);
    }
  });

  const palette = (length: number) => chunk('PLTE', new Uint8Array(length));
  it.each<[string, Parts, RegExp]>([
    ['a size of nothing', { size: [0, 1] }, /its size is 0 × 1/],
    [
      'a size beyond memory',
      { size: [2 ** 31 - 1, 2 ** 31 - 1] },
      /takes more than 268435456 bytes/,
    ],
    ['a size beyond its rows', { size: [2, 2] }, /it holds fewer pixels than its size says/],
    [
      'rows beyond its size',
      { rows: new Uint8Array(4) },
      /it holds more pixels than its size says/,
    ],
    ['a bomb', { rows: new Uint8Array(5e7) }, /it holds more pixels than its size says/],
    ['a depth that is none', { kind: [3, 0, 0, 0, 0] }, /its colour type 0 with 3 bits/],
    ['RGB of 4 bits', { kind: [4, 2, 0, 0, 0] }, /its colour type 2 with 4 bits/],
    ['a colour type that is none', { kind: [8, 5, 0, 0, 0] }, /its colour type 5/],
    ['interlacing that is none', { kind: [8, 0, 0, 0, 2] }, /its methods of compression/],
    ['a filter that is none', { rows: Uint8Array.of(5, 0, 0) }, /its filter 5 does not exist/],
    ['no palette', { kind: [8, 3, 0, 0, 0] }, /it has no palette, and needs one/],
    ['half an entry', { kind: [8, 3, 0, 0, 0], before: palette(4) }, /its palette has 4 bytes/],
    ['an index too high', { kind: [8, 3, 0, 0, 0], before: palette(24) }, /outside its palette/],
    ['an unknown part that matters', { before: chunk('CgBI', Buffer.alloc(4)) }, /a CgBI chunk/],
    ['two headers', { before: chunk('IHDR', Buffer.alloc(13)) }, /does not come first, once/],
    ['data that are none', { packed: Buffer.from('no zlib') }, /compressed data are damaged/],
    [
      'data that end early',
      { packed: deflateSync(Buffer.alloc(3)).subarray(0, -5) },
      /end too early/,
    ],
  ])('refuses %s', async (_, parts, message) => {
    await expect(decodePNG(png(parts))).rejects.toThrow(message);
  });

  it('refuses what is no list of bytes', async () => {
    await expect(decodePNG('x.png' as never)).rejects.toThrow(/`bytes` must be a Uint8Array/);
  });
});
