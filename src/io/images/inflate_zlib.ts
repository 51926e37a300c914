import { BadImage } from './bad_image.js';
import { Bits } from './bits.js';

const damaged = () => new BadImage('its compressed data are damaged or end too early');
export const tooMany = (): BadImage => new BadImage('it holds more pixels than its size says');
export const tooFew = (): BadImage => new BadImage('it holds fewer pixels than its size says');

/** Of a symbol of a length, or of a distance: the least value, and how many bits are added to it. */
interface Range {
  readonly base: readonly number[];
  readonly extra: readonly number[];
}

/** Values one behind another, each group of symbols with one bit more. */
function ranges(first: number, extra: readonly number[]): Range {
  let next = first;
  const base = extra.map((bits) => {
    const value = next;
    next += 2 ** bits;
    return value;
  });
  return { base, extra };
}

const repeated = (counts: readonly (readonly [number, number])[]) =>
  counts.flatMap(([value, count]) => Array<number>(count).fill(value));

const LENGTHS = ranges(3, repeated([[0, 8], [1, 4], [2, 4], [3, 4], [4, 4], [5, 4]])); // prettier-ignore
const LONGEST = { base: [...LENGTHS.base, 258], extra: [...LENGTHS.extra, 0] }; // of symbol 285
const DISTANCES = ranges(1, [0, 0, ...Array.from({ length: 28 }, (_, i) => i >> 1)]);
/** In which order the lengths of the codes for lengths are written. */
const ORDER = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];
const END = 256;
/** Bits of the longest code. */
const MOST = 15;

/** Inflates a zlib stream, RFC 1950 and 1951. */
export function inflateZlib(data: Uint8Array, size: number): Uint8Array {
  const [method = 0, flags = 0] = data;
  if ((method & 15) !== 8 || ((method << 8) | flags) % 31 !== 0 || (flags & 32) !== 0)
    throw damaged();
  const bits = new Bits(data, 2);
  const result = new Uint8Array(size);
  let at = 0;
  for (let last = false; !last;) {
    last = bits.take(1) === 1;
    const kind = bits.take(2);
    if (kind === 0) at = copyStored(bits, result, at);
    else if (kind === 1) at = unpack(bits, FIXED(), result, at);
    else if (kind === 2) at = unpack(bits, readCodes(bits), result, at);
    else throw damaged();
    if (bits.ended) throw damaged();
  }
  if (at < size) throw tooFew();
  const sum = bits.bytes(4).reduce((value, byte) => value * 256 + byte, 0);
  if (bits.ended || sum !== adler32(result)) throw damaged();
  return result;
}

/** By the next 15 bits: 16 times the symbol plus the length of its code; 0 where there is none. */
type Codes = Uint16Array;

/** Gives each symbol the code that follows from the lengths of all, in order. */
function codesOf(lengths: readonly number[]): Codes {
  const codes = new Uint16Array(1 << MOST);
  let [code, used] = [0, 0];
  for (let length = 1; length <= MOST; length++, code <<= 1)
    lengths.forEach((one, symbol) => {
      if (one !== length) return;
      for (let at = reversed(code, length); at < codes.length; at += 1 << length)
        codes[at] = (symbol << 4) | length;
      code++;
      used += 1 << (MOST - length);
    });
  const some = lengths.filter((length) => length > 0);
  const alone = some.length === 0 || (some.length === 1 && some[0] === 1);
  if (used > codes.length || (used < codes.length && !alone)) throw damaged();
  return codes;
}

function reversed(code: number, length: number): number {
  let result = 0;
  for (let bit = 0; bit < length; bit++) result |= ((code >> bit) & 1) << (length - 1 - bit);
  return result;
}

function symbolOf(bits: Bits, codes: Codes): number {
  const found = codes[bits.peek(MOST)]!;
  if (found === 0) throw damaged();
  bits.drop(found & 15);
  return found >> 4;
}

interface Block {
  readonly literals: Codes;
  readonly distances: Codes;
}

let fixed: Block | undefined;
/** The codes of blocks that bring none. */
const FIXED = (): Block =>
  (fixed ??= {
    literals: codesOf(repeated([[8, 144], [9, 112], [7, 24], [8, 8]])), // prettier-ignore
    distances: codesOf(Array<number>(32).fill(5)),
  });

/** Reads the codes that a block brings: their lengths, which are packed themselves. */
function readCodes(bits: Bits): Block {
  const [literals, distances, codes] = [bits.take(5) + 257, bits.take(5) + 1, bits.take(4) + 4];
  const order = Array<number>(19).fill(0);
  for (let i = 0; i < codes; i++) order[ORDER[i]!] = bits.take(3);
  const coded = codesOf(order);
  const lengths: number[] = [];
  while (lengths.length < literals + distances) {
    const symbol = symbolOf(bits, coded);
    if (symbol < 16) lengths.push(symbol);
    else {
      if (symbol === 16 && lengths.length === 0) throw damaged();
      const value = symbol === 16 ? lengths.at(-1)! : 0;
      const count = symbol === 16 ? bits.take(2) + 3 : symbol === 17 ? bits.take(3) + 3 : bits.take(7) + 11; // prettier-ignore
      for (let i = 0; i < count; i++) lengths.push(value);
    }
  }
  if (lengths.length > literals + distances || lengths[END] === 0) throw damaged();
  return {
    literals: codesOf(lengths.slice(0, literals)),
    distances: codesOf(lengths.slice(literals)),
  };
}

function copyStored(bits: Bits, result: Uint8Array, at: number): number {
  const [low, high, notLow, notHigh] = bits.bytes(4) as unknown as [number, number, number, number];
  const count = (high << 8) | low;
  if (bits.ended || (low ^ notLow) !== 255 || (high ^ notHigh) !== 255) throw damaged();
  const bytes = bits.bytes(count);
  if (bits.ended) throw damaged();
  if (at + count > result.length) throw tooMany();
  result.set(bytes, at);
  return at + count;
}

/** Literals, and copies of what is already there. */
function unpack(
  bits: Bits,
  { literals, distances }: Block,
  result: Uint8Array,
  at: number,
): number {
  for (;;) {
    const symbol = symbolOf(bits, literals);
    if (symbol === END) return at;
    if (symbol < END) {
      if (at === result.length) throw bits.ended ? damaged() : tooMany();
      result[at++] = symbol;
      continue;
    }
    const length = rangedOf(bits, LONGEST, symbol - 257);
    const distance = rangedOf(bits, DISTANCES, symbolOf(bits, distances));
    if (distance > at) throw damaged();
    if (at + length > result.length) throw bits.ended ? damaged() : tooMany();
    for (let i = 0; i < length; i++, at++) result[at] = result[at - distance]!;
  }
}

function rangedOf(bits: Bits, { base, extra }: Range, symbol: number): number {
  const least = base[symbol];
  if (least === undefined) throw damaged();
  return least + bits.take(extra[symbol]!);
}

function adler32(bytes: Uint8Array): number {
  let [a, b] = [1, 0];
  for (let at = 0; at < bytes.length;) {
    for (const end = Math.min(at + 3800, bytes.length); at < end; at++) b += a += bytes[at]!;
    a %= 65521;
    b %= 65521;
  }
  return b * 65536 + a;
}
