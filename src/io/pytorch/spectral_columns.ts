import type { StateArray } from '../../types.js';

/** The entries of a spectrally normalized weight in a file of PyTorch 0.4 or 1.0. */
interface Older {
  /** W, before it is divided by σ. */
  readonly weight: StateArray;
  readonly u: StateArray;
  /** W/σ, which those versions stored too. */
  readonly normalized: StateArray | undefined;
}

const norm = (data: ArrayLike<number>): number => {
  let sum = 0;
  for (let i = 0; i < data.length; i++) sum += data[i]! * data[i]!;
  return Math.sqrt(sum);
};

/**
 * Computes the v that PyTorch stores since 1.1: v = Wᵀu/‖Wᵀu‖, scaled so that σ = uᵀWv is the σ of the file.
 *
 * @param outputs The axis of W that u runs along; v runs over the others, in their order.
 */
export function spectralColumns({ weight, u, normalized }: Older, outputs: number): StateArray {
  const { shape, data } = weight;
  const rows = shape[outputs]!;
  const inner = shape.slice(outputs + 1).reduce((product, axis) => product * axis, 1);
  const v = new Float64Array(data.length / rows);
  for (let k = 0; k < data.length; k++) {
    const row = Math.floor(k / inner) % rows;
    const column = Math.floor(k / (inner * rows)) * inner + (k % inner);
    v[column]! += data[k]! * u.data[row]!;
  }
  const length = norm(v);
  const sigma = normalized === undefined ? length : norm(data) / norm(normalized.data);
  const scale = length > 0 ? sigma / length ** 2 : 0;
  return { shape: [v.length], data: Float32Array.from(v, (value) => value * scale) };
}
