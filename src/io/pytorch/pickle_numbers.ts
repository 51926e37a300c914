import { Opaque } from './pickle_values.js';
import { cut, refuse } from './refuse.js';

const MAX_INTEGER_BYTES = 16; // the format's own magic number has 10
const MAX_INTEGER_DIGITS = 40;

/** A two's complement integer, little-endian; a number wherever a number holds it. */
export function longFrom(bytes: Uint8Array): number | bigint | Opaque {
  if (bytes.length > MAX_INTEGER_BYTES) return new Opaque(`an integer of ${bytes.length} bytes`);
  let value = 0n;
  for (const byte of [...bytes].reverse()) value = value * 256n + BigInt(byte);
  return plain(BigInt.asIntN(8 * bytes.length, value));
}

const plain = (value: bigint): number | bigint =>
  Number.isSafeInteger(Number(value)) ? Number(value) : value;

/** `12`, `-3L`, and of protocol 0 and 1 the booleans `00` and `01`. */
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
