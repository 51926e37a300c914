import { inflateSync } from 'fflate';
import { BadImage } from './bad_image.js';

/** What browsers and Node share of the streams standard. */
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
 * Inflates a zlib stream to exactly `size` bytes; what would give more is stopped, however much it
 * claims. Bytes behind the stream are passed over.
 *
 * The platform's own inflater is asked first, which is fast and lets others go on. Some take bytes
 * behind the stream for an error, and lose data with it: where one refuses, fflate decides.
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
    result = inflateSync(data.subarray(2), { out: new Uint8Array(size + 1) }); // room for too many
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
 * Whether a checksum stands in the data, as it does behind the stream; where that ends fflate does not
 * tell. That it stands elsewhere by chance has odds of one in 2³² for each byte.
 */
function holdsChecksum(data: Uint8Array, checksum: number): boolean {
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  for (let at = data.length - 4; at >= 2; at--) if (view.getUint32(at) === checksum) return true;
  return false;
}

/** The checksum of RFC 1950. */
function adler32(bytes: Uint8Array): number {
  let [a, b] = [1, 0];
  for (let at = 0; at < bytes.length;) {
    for (const end = Math.min(at + 3800, bytes.length); at < end; at++) b += a += bytes[at]!;
    a %= 65521;
    b %= 65521;
  }
  return b * 65536 + a;
}
