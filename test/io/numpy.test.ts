import { describe, expect, it } from 'vitest';
import { decodeNpy, encodeNpy } from '../../src/io/numpy/npy.js';

/** Numbers that show their place: 0, 1, 2, …. */
const counted = (length: number) => Float64Array.from({ length }, (_, i) => i);

/** A file that `numpy.save` writes for `numpy.asfortranarray(a)`. */
function fortranFile(shape: readonly number[], data: Float64Array): Uint8Array {
  const bytes = encodeNpy({ shape, data });
  const text = new TextDecoder('latin1').decode(bytes).replace('False, ', 'True,  ');
  return Uint8Array.from(text, (letter) => letter.charCodeAt(0));
}

describe('files of NumPy', () => {
  it.each([[[6]], [[2, 3]], [[2, 3, 4]], [[3, 1, 2, 2]]])('keep an array of shape %j', (shape) => {
    const data = counted(shape.reduce((a, b) => a * b));
    expect(decodeNpy('test', 'a', encodeNpy({ shape, data }))).toEqual({ shape, data });
  });

  it.each([
    // numpy.arange(6).reshape(shape, order='F').ravel()
    [[6], [0, 1, 2, 3, 4, 5]],
    [
      [2, 3],
      [0, 2, 4, 1, 3, 5],
    ],
    // numpy.arange(12).reshape(2, 3, 2, order='F').ravel()
    [
      [2, 3, 2],
      [0, 6, 2, 8, 4, 10, 1, 7, 3, 9, 5, 11],
    ],
  ])('of shape %j are read if the first axis changes fastest', (shape, rows) => {
    const { data } = decodeNpy('test', 'a', fortranFile(shape, counted(rows.length)));
    expect([...data]).toEqual(rows);
  });
});
