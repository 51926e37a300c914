import { allowRelaxedSimd, decodeBinary, webAssembly } from '../internal/web_assembly.js';
import type { WasmMemory } from '../internal/web_assembly.js';
import { FUSED, PLAIN } from './float64_binary.js';
import { plainHeap } from './plain_heap.js';

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
  /** Leaves out what lies below the diagonal of C, by tiles of 4 × 4. */
  readonly upper?: boolean;
}

/** A block whose rows or columns are reflected by I − scale · v vᵀ. */
export interface Reflected {
  /** Its rows lie side by side. */
  readonly block: Matrix;
  readonly rows: number;
  /** A multiple of 4. */
  readonly columns: number;
  /** Where v lies. */
  readonly v: number;
  readonly scale: number;
}

/** Matrices of float64, and what is done with them. */
export interface Float64Heap {
  readonly values: Float64Array;
  multiply(product: Product): void;
  /** Block ← block · (I − scale · v vᵀ). */
  reflectColumns(reflected: Reflected): void;
  /** Block ← (I − scale · v vᵀ) · block. */
  reflectRows(reflected: Reflected): void;
}

/** Products take rows and columns by fours. */
export const GROUP = 4;

/** So many rows or columns, with those that fill the last group. */
export const wholeGroups = (size: number): number => Math.ceil(size / GROUP) * GROUP;

/** A matrix of so many columns, row after row. */
export const rowMajor = (at: number, columns: number): Matrix => ({ at, down: columns, across: 1 });

export const transposed = ({ at, down, across }: Matrix): Matrix => ({
  at,
  down: across,
  across: down,
});

/**
 * A heap of zeros, for matrices of up to `columns` columns.
 *
 * WebAssembly does the work where the engine has it with SIMD and a memory to spare, else JavaScript, to
 * the same bits.
 */
export function float64Heap(elements: number, columns: number): Float64Heap {
  return assembledHeap('plain', elements, columns) ?? plainHeap(elements);
}

/** The same, but products are rounded together with their sums where the machine does so: it is faster. */
export function fusedHeap(elements: number, columns: number): Float64Heap {
  return assembledHeap('fused', elements, columns) ?? float64Heap(elements, columns);
}

/** What assembly/float64.ts exports. */
type Exports = Record<keyof Omit<Float64Heap, 'values'>, (...values: (number | boolean)[]) => void>;

/** As many terms are added before their sum goes to C; the same number stands in assembly/float64.ts. */
const BLOCK_TERMS = 128;

type Kind = 'plain' | 'fused';
const BINARIES: Readonly<Record<Kind, string>> = { plain: PLAIN, fused: FUSED };

function assembledHeap(kind: Kind, elements: number, columns: number): Float64Heap | undefined {
  const module = moduleOf(kind);
  if (module === undefined) return undefined;
  const { Instance } = webAssembly();
  const scratch = 8 * elements;
  const bytes = scratch + 8 * BLOCK_TERMS * (columns + 4);
  const memory = memoryOf(bytes);
  if (memory === undefined) return undefined;
  const exports = new Instance(module, { env: { memory }, product: {} }).exports as Exports;
  const reflected = ({ block, rows, columns, v, scale }: Reflected) =>
    [8 * block.at, block.down, rows, columns, 8 * v, scale] as const;
  return {
    values: new Float64Array(memory.buffer as ArrayBuffer, 0, elements),
    multiply({ c, a, b, m, n, k, subtract = false, upper = false }) {
      const left = [8 * a.at, a.down, a.across];
      const right = [8 * b.at, b.down, b.across];
      exports.multiply(8 * c.at, c.down, ...left, ...right, m, n, k, subtract, upper, scratch);
    },
    reflectColumns: (work) => exports.reflectColumns(...reflected(work)),
    reflectRows: (work) => exports.reflectRows(...reflected(work), scratch),
  };
}

/** `undefined` where there is none: an engine takes gigabytes of addresses for each, and a process has so many. */
function memoryOf(bytes: number): WasmMemory | undefined {
  try {
    return new (webAssembly().Memory)({ initial: Math.ceil(bytes / 2 ** 16) });
  } catch {
    return undefined;
  }
}

/** Compiled, or `undefined` where that cannot be. */
const modules = new Map<Kind, object | undefined>();

function moduleOf(kind: Kind): object | undefined {
  if (!modules.has(kind)) modules.set(kind, compiled(kind));
  return modules.get(kind);
}

function compiled(kind: Kind): object | undefined {
  const binary = decodeBinary(BINARIES[kind]);
  try {
    if (kind === 'fused' && !webAssembly().validate(binary)) allowRelaxedSimd();
    return new (webAssembly().Module)(binary);
  } catch {
    return undefined; // no WebAssembly, none with these instructions, or a page that may not compile any
  }
}
