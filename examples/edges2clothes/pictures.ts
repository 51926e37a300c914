import { concat, slice, tidy } from '@tensorflow/tfjs-core';
import type { Tensor4D } from '@tensorflow/tfjs-core';

/** Orders columns of n images each by rows: the first of each, the second of each, … The caller owns the result. */
export const byRow = (columns: readonly Tensor4D[]): Tensor4D =>
  tidy(() => {
    const rows = Array.from({ length: columns[0]!.shape[0] }, (_, row) =>
      columns.map((column) => slice(column, [row, 0, 0, 0], [1, -1, -1, -1])),
    );
    return concat(rows.flat());
  });
