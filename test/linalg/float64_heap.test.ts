import { describe, expect, it, vi } from 'vitest';
import { RandomStream } from '../../src/internal/random.js';
import { float64Heap, fusedHeap, rowMajor, transposed } from '../../src/linalg/float64_heap.js';
import type { Float64Heap, Matrix } from '../../src/linalg/heap.js';
import { webAssembly } from '../../src/internal/web_assembly.js';
import { plainHeap } from '../../src/linalg/plain_heap.js';

const ELEMENTS = 4000;
const COLUMNS = 24;
const heaps = () => ({
  plain: float64Heap(ELEMENTS, COLUMNS),
  fused: fusedHeap(ELEMENTS, COLUMNS),
  script: plainHeap(ELEMENTS),
});

function fill({ values }: Float64Heap): void {
  values.set(new RandomStream(7).normalValues(ELEMENTS));
}
const at = ({ at, down, across }: Matrix, i: number, j: number) => at + i * down + j * across;

/** A of 8 rows, B of 12 columns, 141 terms: more than one block of them, and an odd number. */
const [m, n, k] = [8, 12, 141];
const PRODUCTS = {
  'rows times rows': { a: rowMajor(0, k), b: rowMajor(1200, n) },
  'rows times columns': { a: rowMajor(0, k), b: transposed(rowMajor(1200, k)) },
  'columns times rows': { a: transposed(rowMajor(0, m)), b: rowMajor(1200, n) },
} as const;
const C = rowMajor(3000, 20);

describe.each(['plain', 'fused', 'script'] as const)('a heap, %s', (kind) => {
  it.each(Object.entries(PRODUCTS))('adds a product, %s', (_, { a, b }) => {
    for (const subtract of [false, true]) {
      const heap = heaps()[kind];
      fill(heap);
      const before = heap.values.slice();
      heap.multiply({ c: C, a, b, m, n, k, subtract });
      for (let i = 0; i < m; i++)
        for (let j = 0; j < n; j++) {
          let sum = 0;
          for (let p = 0; p < k; p++) sum += before[at(a, i, p)]! * before[at(b, p, j)]!;
          const expected = before[at(C, i, j)]! + (subtract ? -sum : sum);
          expect(heap.values[at(C, i, j)]).toBeAllclose(expected, { rtol: 1e-13, atol: 1e-13 });
        }
      const touched = new Set<number>();
      for (let i = 0; i < m; i++) for (let j = 0; j < n; j++) touched.add(at(C, i, j));
      heap.values.forEach((value, place) => {
        if (!touched.has(place)) expect(value).toBe(before[place]);
      });
    }
  });

  it('leaves out the tiles below the diagonal', () => {
    const heap = heaps()[kind];
    fill(heap);
    const before = heap.values.slice();
    const { a, b } = PRODUCTS['rows times rows'];
    heap.multiply({ c: C, a, b, m, n, k, upper: true });
    for (let i = 0; i < m; i++)
      for (let j = 0; j < n; j++) {
        const place = at(C, i, j);
        if (j < i - (i % 4)) expect(heap.values[place]).toBe(before[place]);
        else expect(heap.values[place]).not.toBe(before[place]);
      }
  });

  it('reflects columns and rows', () => {
    for (const side of ['columns', 'rows'] as const) {
      const heap = heaps()[kind];
      fill(heap);
      const before = heap.values.slice();
      const block = rowMajor(100, 20);
      const [rows, columns, v, scale] = [5, 12, 3000, 0.3];
      const work = { block, rows, columns, v, scale };
      if (side === 'columns') heap.reflectColumns(work);
      else heap.reflectRows(work);
      const x = (i: number, j: number) => before[at(block, i, j)]!;
      for (let i = 0; i < rows; i++)
        for (let j = 0; j < columns; j++) {
          let sum = 0;
          if (side === 'columns') for (let p = 0; p < columns; p++) sum += x(i, p) * before[v + p]!;
          else for (let p = 0; p < rows; p++) sum += x(p, j) * before[v + p]!;
          const expected = x(i, j) - scale * sum * before[v + (side === 'columns' ? j : i)]!;
          expect(heap.values[at(block, i, j)]).toBeAllclose(expected, { rtol: 1e-13, atol: 1e-13 });
        }
    }
  });
});

describe('WebAssembly without relaxed SIMD', () => {
  it('is what a heap is made of here', () => {
    const { plain, fused, script } = heaps();
    for (const { values } of [plain, fused]) expect(values.buffer.byteLength % 2 ** 16).toBe(0); // pages
    expect(script.values.buffer.byteLength).toBe(8 * ELEMENTS);
  });

  it('and JavaScript agree to the last bit', () => {
    const { plain, script } = heaps();
    for (const heap of [plain, script]) {
      fill(heap);
      for (const { a, b } of Object.values(PRODUCTS)) heap.multiply({ c: C, a, b, m, n, k });
      const reflected = { block: rowMajor(100, 20), rows: 5, columns: 12, v: 3000, scale: 0.3 };
      heap.reflectColumns(reflected);
      heap.reflectRows(reflected);
    }
    expect(plain.values.slice()).toEqual(script.values);
  });

  it('gives way to JavaScript where no memory is left', () => {
    class Memory {
      constructor() {
        throw new RangeError('could not allocate memory');
      }
    }
    vi.stubGlobal('WebAssembly', Object.create(webAssembly(), { Memory: { value: Memory } }));
    try {
      const { plain, fused } = heaps();
      for (const { values } of [plain, fused]) expect(values.buffer.byteLength).toBe(8 * ELEMENTS);
    } finally {
      vi.unstubAllGlobals();
    }
  });
});
