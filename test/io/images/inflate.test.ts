import { constants, deflateSync, inflateSync } from 'node:zlib';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { RandomStream } from '../../../src/internal/random.js';
import { BadImage } from '../../../src/io/images/bad_image.js';
import { inflate } from '../../../src/io/images/inflate.js';
import { inflateZlib } from '../../../src/io/images/inflate_zlib.js';

const random = new RandomStream(11);
/** Bytes that pack well, badly or not at all. */
function content(size: number, kind: number): Uint8Array {
  const values = random.integerValues(size, [2, 7, 256, 256][kind]!);
  return Uint8Array.from(values, (value, i) => (kind === 3 ? (i * i) >> 5 : value));
}

const STRATEGIES = ['DEFAULT', 'FILTERED', 'HUFFMAN_ONLY', 'RLE', 'FIXED'] as const;

describe('inflateZlib', () => {
  it.each(STRATEGIES)('reads what zlib writes: %s', (name) => {
    const strategy = constants[`Z_${name === 'DEFAULT' ? 'DEFAULT_STRATEGY' : name}`];
    for (const size of [0, 1, 2, 258, 5000, 70_000])
      for (const kind of [0, 1, 2, 3])
        for (const level of [0, 1, 9]) {
          const data = content(size, kind);
          const packed = deflateSync(data, { level, strategy });
          expect(Buffer.compare(inflateZlib(packed, size), data)).toBe(0);
          const behind = Buffer.concat([packed, packed.subarray(-9)]);
          expect(Buffer.compare(inflateZlib(behind, size), data)).toBe(0);
        }
  });

  it('refuses what is cut anywhere, or has a wrong bit that zlib refuses', () => {
    const data = content(200, 1);
    const packed = deflateSync(data);
    const outcome = (read: () => Uint8Array) => {
      try {
        return Buffer.from(read()).toString('hex');
      } catch {
        return 'refused';
      }
    };
    let refused = 0;
    for (let at = 0; at < packed.length; at++) {
      expect(() => inflateZlib(packed.subarray(0, at), 200), `${at}`).toThrow(BadImage);
      for (let bit = 0; bit < 8 && at > 0; bit++) {
        const wrong = Uint8Array.from(packed);
        wrong[at]! ^= 1 << bit;
        const ours = outcome(() => inflateZlib(wrong, 200));
        expect(ours, `${at}.${bit}`).toBe(outcome(() => inflateSync(wrong)));
        if (ours === 'refused') refused++;
      }
    }
    expect(refused).toBeGreaterThan(7.9 * (packed.length - 1)); // bits behind the last code are free
    expect(() => inflateZlib(packed, 199)).toThrow('more pixels');
    expect(() => inflateZlib(packed, 201)).toThrow('fewer pixels');
  });

  it('refuses codes that are none, and distances before the start', () => {
    const bits = (text: string) => {
      const order = text.replaceAll(' ', '');
      const bytes = [0x78, 0x01];
      for (let at = 0; at < order.length; at += 8)
        bytes.push(parseInt([...order.slice(at, at + 8).padEnd(8, '0')].reverse().join(''), 2));
      return Uint8Array.from([...bytes, 0, 0, 0, 0]);
    };
    const damaged = 'its compressed data are damaged or end too early';
    expect(() => inflateZlib(bits('1 11'), 4)).toThrow(damaged); // a kind that does not exist
    expect(() => inflateZlib(bits('1 10 0000001 00000'), 4)).toThrow(damaged); // a copy of nothing
    expect(() => inflateZlib(bits(`1 01 00000 00000 1111 ${'100'.repeat(19)}`), 4)).toThrow(
      damaged,
    );
    expect(() => inflateZlib(bits(`1 01 00000 00000 0000 ${'000'.repeat(4)}`), 4)).toThrow(damaged);
  });
});

describe('inflate', () => {
  afterEach(() => vi.unstubAllGlobals());

  it('reads data with bytes behind them where the platform takes these for an error', async () => {
    const data = content(200_000, 1);
    const behind = Buffer.concat([deflateSync(data), Uint8Array.of(0, 0, 7)]);
    // as Node from 22 on and Chromium: all data, then an error, which may drop those not yet taken
    class Strict extends TransformStream<Uint8Array, Uint8Array> {
      constructor() {
        super({
          transform(_, stream) {
            stream.enqueue(data.subarray(0, 100_000));
            stream.enqueue(data.subarray(100_000));
            throw new TypeError('Unexpected input after the end of stream');
          },
        });
      }
    }
    vi.stubGlobal('DecompressionStream', Strict);
    expect(Buffer.compare(await inflate(behind, data.length), data)).toBe(0);
    await expect(inflate(behind.subarray(1), data.length)).rejects.toThrow(/damaged/);
  });
});
