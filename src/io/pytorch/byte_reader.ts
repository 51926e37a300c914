import { cut, refuse } from './refuse.js';

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** A reader of bytes from front to back; it checks every length before it uses it. */
export class ByteReader {
  /** The position of the next byte. */
  at = 0;
  private readonly view: DataView;

  constructor(readonly bytes: Uint8Array) {
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  /** Advances by `count` bytes and returns the position of the first of them. */
  private advance(count: number): number {
    const start = this.at;
    const left = this.bytes.length - start;
    if (count > left)
      refuse(
        `that goes on for ${count} bytes at byte ${start}`,
        left,
        'The file was cut off or damaged; copy it again.',
      );
    this.at = start + count;
    return start;
  }

  /** Returns the next `count` bytes; they share the memory of the file. */
  take(count: number): Uint8Array {
    const start = this.advance(count);
    return this.bytes.subarray(start, start + count);
  }

  uint8(): number {
    return this.view.getUint8(this.advance(1));
  }

  uint16(): number {
    return this.view.getUint16(this.advance(2), true);
  }

  int32(): number {
    return this.view.getInt32(this.advance(4), true);
  }

  uint32(): number {
    return this.view.getUint32(this.advance(4), true);
  }

  /** Reads a 64-bit length. A value above 2^53 is inexact, but it is then longer than any file. */
  uint64(): number {
    return this.uint32() + 2 ** 32 * this.uint32();
  }

  /** Reads a big-endian float64, the only kind of number that pickle does not write little-endian. */
  float64BigEndian(): number {
    return this.view.getFloat64(this.advance(8), false);
  }

  text(length: number): string {
    const start = this.at;
    const bytes = this.take(length);
    try {
      return decoder.decode(bytes);
    } catch {
      refuse('whose text is UTF-8', `other bytes at byte ${start}`);
    }
  }

  /** Reads the text up to the next line feed, and the line feed. */
  line(): string {
    const end = this.bytes.indexOf(0x0a, this.at);
    if (end < 0) refuse(`whose line at byte ${this.at} ends`, 'the end of the file');
    const text = this.text(end - this.at);
    this.at = end + 1;
    return text;
  }

  /** Reads a line that is a non-negative integer, for example a place in the memo. */
  countLine(): number {
    const text = this.line();
    if (!/^\d{1,15}$/.test(text)) refuse('with a count in this place', cut(text));
    return Number(text);
  }
}
