import { constants, deflateSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { RandomStream } from '../../../src/internal/random.js';
import { BadImage } from '../../../src/io/images/bad_image.js';
import { inflate } from '../../../src/io/images/inflate.js';

const random = new RandomStream(11);
/** Bytes that pack well, badly or not at all. */
function content(size: number, kind: number): Uint8Array {
  const values = random.integerValues(size, [2, 7, 256, 256][kind]!);
  return Uint8Array.from(values, (value, i) => (kind === 3 ? (i * i) >> 5 : value));
}

/**
 * A platform that gives some of the data and then an error, as Node from 22 on and browsers do at
 * bytes behind the stream: what was not taken by then is lost.
 */
class Refusing extends TransformStream<Uint8Array, Uint8Array> {
  constructor() {
    super({
      transform(_, stream) {
        stream.enqueue(new Uint8Array(1));
        throw new TypeError('Unexpected input after the end of stream');
      },
    });
  }
}

const STRATEGIES = ['DEFAULT', 'FILTERED', 'HUFFMAN_ONLY', 'RLE', 'FIXED'] as const;

describe('inflate, where the platform refuses', () => {
  beforeEach(() => vi.stubGlobal('DecompressionStream', Refusing));
  afterEach(() => vi.unstubAllGlobals());

  it.each(STRATEGIES)('reads what zlib writes, and passes over bytes behind: %s', async (name) => {
    const strategy = constants[`Z_${name === 'DEFAULT' ? 'DEFAULT_STRATEGY' : name}`];
    for (const size of [1, 2, 258, 5000, 70_000])
      for (const kind of [0, 1, 2, 3])
        for (const level of [0, 1, 9]) {
          const data = content(size, kind);
          const packed = deflateSync(data, { level, strategy });
          for (const behind of [new Uint8Array(0), packed.subarray(-9)]) {
            const read = await inflate(Buffer.concat([packed, behind]), size);
            expect(Buffer.compare(read, data)).toBe(0);
          }
        }
  });

  it('refuses what is cut anywhere, and gives the right bytes or none where a bit is wrong', async () => {
    const data = content(200, 1);
    const packed = deflateSync(data);
    const right = Buffer.from(data).toString('hex');
    let refused = 0;
    for (let at = 0; at < packed.length; at++) {
      await expect(inflate(packed.subarray(0, at), 200), `${at}`).rejects.toThrow(BadImage);
      for (let bit = 0; bit < 8 && at > 0; bit++) {
        const wrong = Uint8Array.from(packed);
        wrong[at]! ^= 1 << bit;
        const ours = await inflate(wrong, 200).then(
          (read) => Buffer.from(read).toString('hex'),
          () => 'refused',
        );
        expect(['refused', right], `${at}.${bit}`).toContain(ours);
        if (ours === 'refused') refused++;
      }
    }
    expect(refused).toBeGreaterThan(7.5 * (packed.length - 1));
    await expect(inflate(packed, 199)).rejects.toThrow('more pixels');
    await expect(inflate(packed, 201)).rejects.toThrow('fewer pixels');
  });
});
