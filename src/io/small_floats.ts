/** The format of a float of at most 16 bits: a sign, an exponent and a fraction. */
interface Format {
  readonly bits: 8 | 16;
  readonly fraction: number;
  readonly bias: number;
  /**
   * The meaning of the largest codes: infinities and NaN for `'ieee'`; NaN in the last code only for `'finite'`;
   * numbers for `'unsigned zero'`, with NaN in the place of −0.
   */
  readonly top: 'ieee' | 'finite' | 'unsigned zero';
}

const FORMATS: Readonly<Record<string, Format>> = {
  F16: { bits: 16, fraction: 10, bias: 15, top: 'ieee' },
  BF16: { bits: 16, fraction: 7, bias: 127, top: 'ieee' },
  F8_E4M3: { bits: 8, fraction: 3, bias: 7, top: 'finite' },
  F8_E5M2: { bits: 8, fraction: 2, bias: 15, top: 'ieee' },
  F8_E4M3FNUZ: { bits: 8, fraction: 3, bias: 8, top: 'unsigned zero' },
  F8_E5M2FNUZ: { bits: 8, fraction: 2, bias: 16, top: 'unsigned zero' },
};

/** The bits of a float32 whose exponent bits are all set: infinity, or NaN with a fraction. */
const INFINITY = 0x7f800000;
const QUIET_NAN = 0x7fc00000;

const number = new Float32Array(1);
const word = new Int32Array(number.buffer);

/** Returns the bits of the float32 that a code stands for. */
function wordOf(code: number, { bits, fraction, bias, top }: Format): number {
  const magnitudes = 2 ** (bits - 1);
  const magnitude = code % magnitudes;
  const sign = code < magnitudes ? 0 : -(2 ** 31);
  const exponent = magnitude >>> fraction;
  const rest = magnitude & (2 ** fraction - 1);
  if (top === 'ieee' && exponent === 2 ** (bits - 1 - fraction) - 1)
    return sign | INFINITY | (rest << (23 - fraction)); // the payload of a NaN is kept
  if (top === 'finite' && magnitude === magnitudes - 1) return sign | QUIET_NAN;
  if (top === 'unsigned zero' && code === magnitudes) return QUIET_NAN;
  number[0] =
    exponent === 0
      ? rest * 2 ** (1 - bias - fraction)
      : (2 ** fraction + rest) * 2 ** (exponent - bias - fraction);
  return sign | word[0]!;
}

/** Returns the bits of the power of two that a code of eight exponent bits stands for. */
function scaleWord(code: number): number {
  number[0] = code === 255 ? NaN : 2 ** (code - 127);
  return word[0]!;
}

const tables = new Map<string, Int32Array>();

/** Returns the float32 bits of all codes of a dtype; makes the table when it is first needed. */
function tableOf(dtype: string): Int32Array {
  let table = tables.get(dtype);
  if (table === undefined) {
    const format = FORMATS[dtype];
    table = Int32Array.from({ length: 2 ** (format?.bits ?? 8) }, (_, code) =>
      format === undefined ? scaleWord(code) : wordOf(code, format),
    );
    tables.set(dtype, table);
  }
  return table;
}

/** Reads floats of 8 or 16 bits as float32, with a table of all codes. */
export function smallFloats(dtype: string, codes: Uint8Array | Uint16Array): Float32Array {
  const result = new Float32Array(codes.length);
  const words = new Int32Array(result.buffer);
  const table = tableOf(dtype);
  for (let i = 0; i < codes.length; i++) words[i] = table[codes[i]!]!;
  return result;
}
