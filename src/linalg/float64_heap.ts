import { allowRelaxedSimd, decodeBinary, webAssembly } from '../internal/web_assembly.js';
import type { WasmMemory } from '../internal/web_assembly.js';
import { FUSED, PLAIN } from './float64_binary.js';
import { BLOCK_TERMS } from './heap.js';
import type { Float64Heap, Matrix, Reflected } from './heap.js';
import { plainHeap } from './plain_heap.js';

/** Rows or columns per step of a product. */
export const GROUP = 4;

/** Rounds a number of rows or columns up to whole groups. */
export const wholeGroups = (size: number): number => Math.ceil(size / GROUP) * GROUP;

/** Describes a matrix of `columns` columns, row after row. */
export const rowMajor = (at: number, columns: number): Matrix => ({ at, down: columns, across: 1 });

export const transposed = ({ at, down, across }: Matrix): Matrix => ({
  at,
  down: across,
  across: down,
});

/**
 * Makes a heap of zeros, for matrices of up to `columns` columns.
 *
 * It uses WebAssembly if the engine supports SIMD and has memory for it, else JavaScript, with the same bits.
 */
export function float64Heap(elements: number, columns: number): Float64Heap {
  return assembledHeap('plain', elements, columns) ?? plainHeap(elements);
}

/** Makes the same heap, but rounds products together with their sums if the machine can: it is faster. */
export function fusedHeap(elements: number, columns: number): Float64Heap {
  return assembledHeap('fused', elements, columns) ?? float64Heap(elements, columns);
}

/** The exports of assembly/float64.ts. */
type Exports = Record<keyof Omit<Float64Heap, 'values'>, (...values: (number | boolean)[]) => void>;

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

/** Allocates memory, or returns `undefined`: each takes gigabytes of a process's limited address space. */
function memoryOf(bytes: number): WasmMemory | undefined {
  try {
    return new (webAssembly().Memory)({ initial: Math.ceil(bytes / 2 ** 16) });
  } catch {
    return undefined;
  }
}

/** Compiled modules, `undefined` if compiling failed. */
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
    return undefined; // no WebAssembly, these instructions unsupported, or a page that may not compile any
  }
}
