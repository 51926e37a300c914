import { inflateZlib, tooFew, tooMany } from './inflate_zlib.js';

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
 * The platform's own inflater is asked first. Where it refuses, ours decides: some take bytes behind
 * the stream for an error, and lose data with it.
 */
export async function inflate(data: Uint8Array, size: number): Promise<Uint8Array> {
  return (await inflatedByPlatform(data, size)) ?? inflateZlib(data, size);
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
