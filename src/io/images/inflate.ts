import { inflateSync } from 'fflate';
import { BadImage } from './bad_image.js';

/** The part of the streams standard that browsers and Node share. */
interface Streams {
  Blob: new (parts: readonly Uint8Array[]) => { stream(): { pipeThrough(to: unknown): Stream } };
  DecompressionStream: new (format: 'deflate') => unknown;
}
interface Stream {
  getReader(): {
    read(): Promise<{ done: boolean; value?: Uint8Array }>;
    cancel(): Promise<void>;
  };
}

/**
 * Inflates a zlib stream to exactly `size` bytes; stops a stream that would give more, whatever it claims. Bytes
 * after the stream are ignored.
 *
 * The platform's own inflater is tried first: it is fast and does not block the event loop. Some inflaters treat
 * bytes after the stream as an error, and lose data with it; if the platform's inflater fails, fflate decides.
 */
export async function inflate(data: Uint8Array, size: number): Promise<Uint8Array> {
  return (await inflatedByPlatform(data, size)) ?? inflatedByLibrary(data, size);
}

async function inflatedByPlatform(data: Uint8Array, size: number): Promise<Uint8Array | undefined> {
  const { Blob, DecompressionStream } = globalThis as unknown as Streams;
  const stream = new Blob([data]).stream().pipeThrough(new DecompressionStream('deflate'));
  const reader = stream.getReader();
  const result = new Uint8Array(size);
  let at = 0;
  for (;;) {
    const next = await reader.read().catch(() => undefined);
    if (next === undefined) return undefined;
    if (next.done) break;
    const value = next.value!;
    if (at + value.length > size) {
      await reader.cancel();
      throw tooMany();
    }
    result.set(value, at);
    at += value.length;
  }
  if (at < size) throw tooFew();
  return result;
}

function inflatedByLibrary(data: Uint8Array, size: number): Uint8Array {
  const [method = 0, flags = 0] = data;
  if ((method & 15) !== 8 || ((method << 8) | flags) % 31 !== 0 || (flags & 32) !== 0)
    throw damaged();
  let result: Uint8Array;
  try {
    result = inflateSync(data.subarray(2), { out: new Uint8Array(size + 1) }); // one byte more, to notice too many
  } catch {
    throw damaged();
  }
  if (result.length > size) throw tooMany();
  if (result.length < size) throw tooFew();
  if (!holdsChecksum(data, adler32(result))) throw damaged();
  return result;
}

const damaged = () => new BadImage('its compressed data are damaged or end too early');
const tooMany = () => new BadImage('it holds more pixels than its size says');
const tooFew = () => new BadImage('it holds fewer pixels than its size says');

/**
 * Returns whether the data contain a checksum. It comes directly after the stream, but fflate does not tell where
 * the stream ends. The probability that it is elsewhere by chance is 2⁻³² for each byte.
 */
function holdsChecksum(data: Uint8Array, checksum: number): boolean {
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  for (let at = data.length - 4; at >= 2; at--) if (view.getUint32(at) === checksum) return true;
  return false;
}

/** Computes the checksum of RFC 1950. */
function adler32(bytes: Uint8Array): number {
  let [a, b] = [1, 0];
  for (let at = 0; at < bytes.length;) {
    for (const end = Math.min(at + 3800, bytes.length); at < end; at++) b += a += bytes[at]!;
    a %= 65521;
    b %= 65521;
  }
  return b * 65536 + a;
}
