import { backend, dispose, matMul, tensor2d, tidy, transpose } from '@tensorflow/tfjs-core';
import type { Tensor2D } from '@tensorflow/tfjs-core';
import { pace } from '../../internal/pace.js';
import { centredRows, columnMeans } from '../centred_rows.js';
import type { CentredRows } from '../centred_rows.js';
import type { RowMatrix } from '../rows.js';

/** Rows that are on the backend, too, as the right operand of every product, which wasm packs only once. */
export interface Block extends CentredRows {
  readonly transposed: Tensor2D;
}

/** The bounds of the squared distances between a block and a batch. */
export interface Tile {
  readonly block: CentredRows;
  readonly batch: CentredRows;
  /** The lower bounds; that of row r of the batch and row i of the block is at r · block.rows + i. */
  readonly lowest: Float64Array;
  readonly highest: Float64Array;
}

/**
 * Bounds of squared distances, from float32 products of the current backend: `‖x‖² + ‖r‖² − 2 x·r`, plus and
 * minus the largest possible rounding error. {@link squaredDistance} decides all pairs that the bounds leave
 * undecided; so decisions are the same on every backend and for every `batchSize`.
 */
export class DistanceBounds {
  readonly blocks: readonly Block[];
  private readonly columns: number;
  private readonly tolerance: number;
  private readonly underflow: number;

  constructor(
    rows: RowMatrix,
    private readonly centre: Float64Array,
    private readonly batchSize: number,
  ) {
    const { columns } = rows;
    this.columns = columns;
    this.blocks = this.batches(rows).map((batch) => ({
      ...batch,
      transposed: tidy(() => transpose(upload(batch, columns))),
    }));
    // |fl(x·r) − x·r| ≤ n u ‖x‖‖r‖ (Higham 2002, section 3.1), and centred values were rounded by u:
    // together at most (n/2 + 4) u (‖x‖ + ‖r‖)² in the squared distance
    const unit = backend().floatPrecision() === 16 ? 2 ** -11 : 2 ** -24;
    this.tolerance = (columns / 2 + 4) * unit;
    this.underflow = columns * 2 ** -125; // backends may flush small products to zero
  }

  /** Returns the batch of a matrix that starts at a row. */
  batch(rows: RowMatrix, start: number): CentredRows {
    return centredRows(rows, start, this.batchSize, this.centre);
  }

  private batches(rows: RowMatrix): CentredRows[] {
    const count = Math.ceil(rows.rows / this.batchSize);
    return Array.from({ length: count }, (_, i) => this.batch(rows, i * this.batchSize));
  }

  /** Computes the bounds for each row of a block and each row of a batch. */
  async between(block: Block, batch: CentredRows): Promise<Tile> {
    const { tolerance, underflow } = this;
    const products = await this.products(block, batch);
    const lowest = new Float64Array(products.length);
    const highest = new Float64Array(products.length);
    for (let r = 0; r < batch.rows; r++) {
      const norm = batch.norms[r]!;
      const at = r * block.rows;
      for (let i = 0; i < block.rows; i++) {
        const own = block.norms[i]!;
        const square = own * own + norm * norm - 2 * products[at + i]!;
        const margin = tolerance * (own + norm) * (own + norm) + underflow;
        // an overflow of float32, of either sign, decides nothing
        const known = square - margin > -Infinity && square + margin < Infinity;
        lowest[at + i] = known ? square - margin : -Infinity;
        highest[at + i] = known ? square + margin : Infinity;
      }
    }
    return { block, batch, lowest, highest };
  }

  /** Computes x·r of all pairs, [batch, block]. */
  private async products(block: Block, batch: CentredRows): Promise<Float32Array> {
    const product = tidy(() => matMul(upload(batch, this.columns), block.transposed));
    try {
      return (await product.data()) as Float32Array;
    } finally {
      product.dispose();
    }
  }

  dispose(): void {
    dispose(this.blocks.map(({ transposed }) => transposed));
  }
}

const upload = ({ values, rows }: CentredRows, columns: number) =>
  tensor2d(values, [rows, columns], 'float32');

/**
 * Yields the bounds of all pairs: blocks are of `a`, batches of `b`. If both are the same matrix, each pair of
 * batches comes once, with the lower rows as the block.
 */
export async function* distanceTiles(
  a: RowMatrix,
  b: RowMatrix,
  batchSize: number,
): AsyncGenerator<Tile> {
  const bounds = new DistanceBounds(a, await columnMeans(a), batchSize);
  const turn = pace();
  try {
    for (let start = 0; start < b.rows; start += batchSize) {
      const batch = bounds.batch(b, start);
      for (const block of bounds.blocks) {
        if (a === b && block.start > start) break;
        yield await bounds.between(block, batch);
        await turn();
      }
    }
  } finally {
    bounds.dispose();
  }
}

/**
 * Computes the squared distance of two rows in float64, from the given values; with a and b exchanged, it is the
 * same bit for bit.
 */
export function squaredDistance(a: RowMatrix, rowA: number, b: RowMatrix, rowB: number): number {
  const { columns } = a;
  let total = 0;
  for (let j = 0; j < columns; j++) {
    const difference = a.data[rowA * columns + j]! - b.data[rowB * columns + j]!;
    total += difference * difference; // not ** 2, whose rounding may depend on the engine
  }
  return total;
}
