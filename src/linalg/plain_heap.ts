import { BLOCK_TERMS } from './heap.js';
import type { Float64Heap } from './heap.js';

/** Makes a heap of zeros without WebAssembly. */
export function plainHeap(elements: number): Float64Heap {
  const values = new Float64Array(elements);
  return {
    values,
    multiply({ c, a, b, m, n, k, subtract = false, upper = false }) {
      const sums = new Float64Array(n);
      for (let start = 0; start < k; start += BLOCK_TERMS)
        for (let i = 0; i < m; i++) {
          sums.fill(0);
          const first = upper ? i - (i % 4) : 0;
          for (let p = start; p < Math.min(k, start + BLOCK_TERMS); p++) {
            const factor = values[a.at + i * a.down + p * a.across]!;
            const from = b.at + p * b.down;
            for (let j = first; j < n; j++) sums[j]! += factor * values[from + j * b.across]!;
          }
          const to = c.at + i * c.down;
          for (let j = first; j < n; j++) values[to + j]! += subtract ? -sums[j]! : sums[j]!;
        }
    },
    reflectColumns({ block, rows, columns, v, scale }) {
      const sums = new Float64Array(4);
      for (let i = 0; i < rows; i++) {
        const from = block.at + i * block.down;
        sums.fill(0);
        for (let j = 0; j < columns; j++) sums[j % 4]! += values[from + j]! * values[v + j]!;
        const factor = -scale * (sums[0]! + sums[2]! + (sums[1]! + sums[3]!));
        for (let j = 0; j < columns; j++) values[from + j]! += factor * values[v + j]!;
      }
    },
    reflectRows({ block, rows, columns, v, scale }) {
      const sums = new Float64Array(columns);
      for (let i = 0; i < rows; i++) {
        const from = block.at + i * block.down;
        for (let j = 0; j < columns; j++) sums[j]! += values[v + i]! * values[from + j]!;
      }
      for (let i = 0; i < rows; i++) {
        const from = block.at + i * block.down;
        const factor = -scale * values[v + i]!;
        for (let j = 0; j < columns; j++) values[from + j]! += factor * sums[j]!;
      }
    },
  };
}
