import { Opaque } from './pickle_values.js';
import { cut, refuse } from './refuse.js';

const MAX_INTEGER_BYTES = 16; // the format's own magic number has 10
const MAX_INTEGER_DIGITS = 40;

/**
 * Reads a little-endian two's complement integer; returns a bigint only if a number cannot represent it exactly,
 * and a placeholder if it has more than 16 bytes.
 */
export function longFrom(bytes: Uint8Array): number | bigint | Opaque {
  if (bytes.length > MAX_INTEGER_BYTES) return new Opaque(`an integer of ${bytes.length} bytes`);
  let value = 0n;
  for (const byte of [...bytes].reverse()) value = value * 256n + BigInt(byte);
  return plain(BigInt.asIntN(8 * bytes.length, value));
}

const plain = (value: bigint): number | bigint =>
  Number.isSafeInteger(Number(value)) ? Number(value) : value;

/** Reads an integer, for example `12` or `-3L`, or a boolean of protocols 0 and 1: `00` or `01`. */
export function integerFrom(text: string): number | bigint | boolean | Opaque {
  if (text === '00' || text === '01') return text === '01';
  if (!/^[+-]?\d+L?$/.test(text)) refuse('with an integer in this place', cut(text));
  if (text.length > MAX_INTEGER_DIGITS) return new Opaque(`an integer of ${text.length} digits`);
  return plain(BigInt(text.replace(/^\+|L$/g, '')));
}

export function floatFrom(text: string): number {
  if (!/^[+-]?(\d+(\.\d*)?(e[+-]?\d+)?|inf|nan)$/i.test(text))
    refuse('with a number in this place', cut(text));
  return Number(text.replace(/inf/i, 'Infinity').replace(/nan/i, 'NaN'));
}
