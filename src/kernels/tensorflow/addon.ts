import type { TensorInfo, Tensor } from '@tensorflow/tfjs-core';
import { isFloat32Array } from '../../internal/brands.js';
import type { OpAttr, OpOutput, TensorflowBackend } from './tensorflow_backend.js';

/** A tensor of the addon, by its id. */
export interface Operand {
  readonly id: number;
  /** Whether it is an intermediate result, which the op that takes it frees. */
  readonly passing: boolean;
}

/** A sequence of libtensorflow's ops, without a tensor of tfjs for each. */
export interface Sequence {
  /** Runs an op of one output. Each result is the operand of one later op, or the final result. */
  run(name: string, attrs: readonly OpAttr[], ...operands: readonly Operand[]): Operand;
  /** Returns a vector of integers, kept like a constant. */
  integers(values: readonly number[]): Operand;
  /** Returns the constant of this name, made once. */
  constant(name: string, make: () => Constant): Operand;
  operand(tensor: TensorInfo): Operand;
}

/** A tensor that never changes. */
export interface Constant {
  readonly shape: readonly number[];
  readonly values: Float32Array | Int32Array;
}

/** Most bytes of constants, except for those of one sequence. */
const MOST_BYTES = 2 ** 24;

/** Tensors of the addon that outlive the ops; the least recently used make room for others. */
class Constants {
  private readonly made = new Map<string, { readonly id: number; readonly bytes: number }>();
  private bytes = 0;

  constructor(private readonly backend: TensorflowBackend) {}

  get(name: string, make: () => Constant): number {
    const known = this.made.get(name);
    if (known !== undefined) {
      this.made.delete(name); // moves it to the end: the latest is evicted last
      this.made.set(name, known);
      return known.id;
    }
    const { shape, values } = make();
    const dtype = isFloat32Array(values) ? 1 : 3;
    const id = this.backend.binding.createTensor(shape, dtype, values);
    this.made.set(name, { id, bytes: values.byteLength });
    this.bytes += values.byteLength;
    return id;
  }

  makeRoom(): void {
    for (const [name, { id, bytes }] of this.made) {
      if (this.bytes <= MOST_BYTES) return;
      this.backend.binding.deleteTensor(id);
      this.made.delete(name);
      this.bytes -= bytes;
    }
  }
}

const ofBackends = new WeakMap<TensorflowBackend, Constants>();

function constantsOf(backend: TensorflowBackend): Constants {
  const known = ofBackends.get(backend);
  if (known !== undefined) return known;
  const constants = new Constants(backend);
  ofBackends.set(backend, constants);
  return constants;
}

/** Runs ops one after another, and returns the last result as a tensor of tfjs. */
export function inSequence(
  backend: TensorflowBackend,
  ops: (sequence: Sequence) => Operand,
): Tensor {
  const { binding } = backend;
  const constants = constantsOf(backend);
  constants.makeRoom();
  const passing = new Map<number, OpOutput>();
  const kept = (id: number): Operand => ({ id, passing: false });
  const constant = (name: string, make: () => Constant) => kept(constants.get(name, make));
  try {
    const { id } = ops({
      run: (name, attrs, ...operands) => {
        const ids = operands.map(({ id }) => id);
        const [output] = binding.executeOp(name, attrs, ids, 1) as [OpOutput];
        passing.set(output.id, output);
        for (const { id, passing: goes } of operands)
          if (goes && passing.delete(id)) binding.deleteTensor(id);
        return { id: output.id, passing: true };
      },
      integers: (values) =>
        constant(`integers ${values.join()}`, () => ({
          shape: [values.length],
          values: Int32Array.from(values),
        })),
      constant,
      operand: (tensor) => kept(backend.getInputTensorIds([tensor])[0]!),
    });
    const result = passing.get(id)!;
    passing.delete(id);
    return backend.createOutputTensor(result);
  } finally {
    for (const id of passing.keys()) binding.deleteTensor(id);
  }
}
