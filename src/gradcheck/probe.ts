import { add, dispose, grads, mul, sum, tensor, tidy } from '@tensorflow/tfjs-core';
import type { Scalar, Tensor } from '@tensorflow/tfjs-core';
import { withCleanTape } from '../gradients/tape.js';
import type { RandomStream } from '../internal/random.js';

/** A function of tensors. */
export type TensorFunction = (...inputs: Tensor[]) => Tensor;

/** Values of an input, on the host. */
export interface HostTensor {
  readonly shape: number[];
  readonly values: Float32Array;
}

/** Copies a tensor to the host. */
export async function toHost(x: Tensor): Promise<HostTensor> {
  return { shape: x.shape, values: Float32Array.from(await x.data()) };
}

/**
 * A function at a point, with the derivatives that a check needs.
 *
 * Its gradient is that of the scalar s = Σ r · f with random weights r: a plain sum would hide a
 * permutation of the outputs.
 */
export class Probe {
  constructor(
    private readonly f: TensorFunction,
    readonly inputs: readonly HostTensor[],
    private readonly stream: RandomStream,
  ) {}

  /** Draws random weights for the outputs. */
  weights(outputs: number): Float32Array {
    return this.stream.normalValues(outputs);
  }

  /** Draws a direction that moves each input in proportion to its size; only those in `only`, if given. */
  direction(only?: readonly number[]): Float32Array[] {
    return this.inputs.map(({ values }, i) => {
      if (only !== undefined && !only.includes(i)) return new Float32Array(values.length);
      const size = rootMeanSquare(values);
      return this.stream.normalValues(values.length, 0, size > 0 ? size : 1);
    });
  }

  /** Computes f at x + t · d. */
  async outputs(t = 0, direction?: readonly Float32Array[]): Promise<Float64Array> {
    const [values] = await this.read((xs) => [this.f(...xs)], t, direction);
    return Float64Array.from(values!);
  }

  /** Computes ∇s at x + t · d, one array per input. */
  async gradient(
    weights: Float32Array,
    t = 0,
    direction?: readonly Float32Array[],
  ): Promise<Float32Array[]> {
    return this.read((xs) => this.gradients(weights, xs), t, direction);
  }

  /** Computes ∇⟨d, ∇s⟩ at x, the second derivatives along d, by differentiating a gradient automatically. */
  async curvature(
    weights: Float32Array,
    direction: readonly Float32Array[],
  ): Promise<Float32Array[]> {
    const along = (...inputs: Tensor[]): Scalar => {
      const slope = this.gradients(weights, inputs)
        .map((g, i) => sum<Scalar>(mul(g, tensor(direction[i]!, g.shape))))
        .reduce((a, b) => add(a, b));
      return connected(slope, inputs);
    };
    return this.read((xs) => grads(along)(xs));
  }

  private gradients(weights: Float32Array, xs: Tensor[]): Tensor[] {
    const s = (...inputs: Tensor[]): Scalar => {
      const y = this.f(...inputs);
      return connected(sum(mul(y, tensor(weights, y.shape))), inputs);
    };
    return grads(s)(xs);
  }

  /** Applies `compute` to the inputs at x + t · d, and returns host values. */
  private async read(
    compute: (xs: Tensor[]) => Tensor[],
    t = 0,
    direction?: readonly Float32Array[],
  ): Promise<Float32Array[]> {
    const xs = this.inputs.map(({ shape, values }, i) => {
      const d = direction?.[i];
      const at = d === undefined || t === 0 ? values : values.map((x, j) => x + t * d[j]!);
      return tensor(at, shape, 'float32');
    });
    let results: Tensor[] = [];
    try {
      results = withCleanTape(() => tidy(() => compute(xs)));
      return await Promise.all(results.map(async (x) => Float32Array.from(await x.data())));
    } finally {
      dispose([...xs, ...results]);
    }
  }
}

/** Adds a slope of 0 in each input, so that an ignored input has a gradient too. */
function connected(value: Scalar, inputs: readonly Tensor[]): Scalar {
  return inputs.reduce<Scalar>((total, x) => add(total, mul(sum(x), 0)), value);
}

function rootMeanSquare(values: Float32Array): number {
  let total = 0;
  for (const value of values) total += value * value;
  return Math.sqrt(total / Math.max(1, values.length));
}
