import { pace } from '../internal/pace.js';
import type { Band } from './band.js';
import { reflect } from './reflection.js';

/**
 * Brings an upper band matrix to an upper bidiagonal one with the same singular values.
 *
 * A reflection of columns ends row k behind its second element, and fills a square below the diagonal;
 * one of rows clears the first column of that square, and fills a square beyond the band; and so on
 * down to the end. The rest of the squares stays within three widths.
 *
 * @param band Is overwritten.
 * @returns b₁₁, b₁₂, b₂₂, b₂₃, …: the two diagonals, interleaved.
 *
 * @see Lang 1993, "A parallel algorithm for reducing symmetric banded matrices to tridiagonal form"
 */
export async function bidiagonalOf({ heap, size, width, vector }: Band): Promise<Float64Array> {
  const { values } = heap;
  const down = 3 * width;
  const at = (i: number, j: number) => down * i + j + width;
  const v = values.subarray(vector, vector + width);
  const turn = pace();
  for (let k = 0; k < size - 1; k++) {
    let row = k;
    for (let start = k + 1; start < size; start += width) {
      const corner = at(row, start);
      for (let j = 0; j < width; j++) v[j] = values[corner + j]!;
      const right = reflect(v);
      heap.reflectColumns({
        block: { at: corner, down, across: 1 },
        rows: start + width - row,
        columns: width,
        v: vector,
        scale: right.scale,
      });
      values.fill(0, corner, corner + width);
      values[corner] = right.value;

      const diagonal = at(start, start);
      for (let i = 0; i < width; i++) v[i] = values[diagonal + i * down]!;
      const left = reflect(v);
      heap.reflectRows({
        block: { at: diagonal, down, across: 1 },
        rows: width,
        columns: 2 * width,
        v: vector,
        scale: left.scale,
      });
      for (let i = 0; i < width; i++) values[diagonal + i * down] = i === 0 ? left.value : 0;
      row = start;
    }
    await turn();
  }
  return Float64Array.from({ length: 2 * size - 1 }, (_, i) => values[at(i >> 1, (i + 1) >> 1)]!);
}
