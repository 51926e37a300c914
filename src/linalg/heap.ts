/** A matrix in a heap: element [i][j] lies at `at + i · down + j · across`. */
export interface Matrix {
  readonly at: number;
  readonly down: number;
  readonly across: number;
}

/** C ← C + AB, or C − AB. */
export interface Product {
  /** Its rows lie side by side. */
  readonly c: Matrix;
  readonly a: Matrix;
  readonly b: Matrix;
  /** Rows of C, a multiple of 4. */
  readonly m: number;
  /** Columns of C, a multiple of 4. */
  readonly n: number;
  /** Terms of a sum. */
  readonly k: number;
  readonly subtract?: boolean;
  /** Whether tiles of 4 × 4 below the diagonal of C are skipped. */
  readonly upper?: boolean;
}

/** A block whose rows or columns are reflected by I − scale · v vᵀ. */
export interface Reflected {
  /** Its rows lie side by side. */
  readonly block: Matrix;
  readonly rows: number;
  /** A multiple of 4. */
  readonly columns: number;
  /** The place of v. */
  readonly v: number;
  readonly scale: number;
}

/** Matrices of float64, and operations on them. */
export interface Float64Heap {
  readonly values: Float64Array;
  multiply(product: Product): void;
  /** Replaces the block by block · (I − scale · v vᵀ). */
  reflectColumns(reflected: Reflected): void;
  /** Replaces the block by (I − scale · v vᵀ) · block. */
  reflectRows(reflected: Reflected): void;
}

/**
 * The number of terms that are added up before their sum is added to C. Must equal BLOCK_TERMS in
 * assembly/float64.ts: the order of additions decides the bits of the result.
 */
export const BLOCK_TERMS = 128;
