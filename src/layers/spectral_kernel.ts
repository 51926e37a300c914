import { div, reshape, tidy, transpose } from '@tensorflow/tfjs-core';
import type { Scalar, Tensor, Tensor2D } from '@tensorflow/tfjs-core';
import type { LayerVariable } from '@tensorflow/tfjs-layers';
import { powerIteration, spectralNorm } from '../ops/power_iteration.js';
import type { SingularVectors } from '../ops/power_iteration.js';

/** Where a layer keeps a kernel, and which of its axes are the rows of the matrix W. */
export interface KernelLayout {
  /** The kernel's name among the layer's weights. */
  readonly weight: string;
  /** The property of the layer that holds it. */
  readonly property: string;
  /** Brings the row axes to the end, where they are not there already. */
  readonly permutation?: number[];
  /** How many axes at the end are rows; the others are columns. */
  readonly rowAxes: number;
}

const KERNEL: KernelLayout = { weight: 'kernel', property: 'kernel', rowAxes: 1 };
const DEPTHWISE: KernelLayout = {
  weight: 'depthwise_kernel',
  property: 'depthwiseKernel',
  rowAxes: 2, // in · multiplier: one row for each output channel
};
const POINTWISE: KernelLayout = {
  weight: 'pointwise_kernel',
  property: 'pointwiseKernel',
  rowAxes: 1,
};
const EMBEDDINGS: KernelLayout = {
  weight: 'embeddings',
  property: 'embeddings',
  permutation: [1, 0], // PyTorch's rows are the table's
  rowAxes: 1,
};

/** The kernels to normalise, by class of layer. */
export const KERNELS: Readonly<Record<string, readonly KernelLayout[]>> = {
  Dense: [KERNEL],
  Conv1D: [KERNEL],
  Conv2D: [KERNEL],
  GanKitConv2D: [KERNEL],
  Conv3D: [KERNEL],
  // [kH, kW, out, in]: the outputs are the last axis but one
  Conv2DTranspose: [{ ...KERNEL, permutation: [0, 1, 3, 2] }],
  GanKitConv2DTranspose: [{ ...KERNEL, permutation: [0, 1, 3, 2] }],
  Conv3DTranspose: [{ ...KERNEL, permutation: [0, 1, 2, 4, 3] }],
  DepthwiseConv2D: [DEPTHWISE],
  SeparableConv2D: [DEPTHWISE, POINTWISE],
  Embedding: [EMBEDDINGS],
};

const product = (sizes: readonly number[]) => sizes.reduce((size, axis) => size * axis, 1);

/** The sizes of W, the kernel seen as a matrix. */
export function matrixShape(
  { permutation, rowAxes }: KernelLayout,
  shape: readonly number[],
): { rows: number; columns: number } {
  const ordered = permutation?.map((axis) => shape[axis]!) ?? shape;
  return { rows: product(ordered.slice(-rowAxes)), columns: product(ordered.slice(0, -rowAxes)) };
}

/** One kernel with its singular vectors. */
export class SpectralKernel {
  constructor(
    readonly layout: KernelLayout,
    readonly variable: LayerVariable,
    /** Shape [rows]. */
    private readonly u: LayerVariable,
    /** Shape [columns], in the order of the kernel's axes. */
    private readonly v: LayerVariable,
  ) {}

  /** Wᵀ, shape [columns, rows]. */
  private transposed(): Tensor2D {
    const kernel = this.variable.read();
    const { permutation } = this.layout;
    const ordered = permutation === undefined ? kernel : transpose(kernel, permutation);
    return reshape(ordered, [this.v.shape[0]!, this.u.shape[0]!]);
  }

  /** Tensors of their own: a later assignment to the variables does not change them. */
  private vectors(): SingularVectors {
    return { u: reshape(this.u.read(), [-1, 1]), v: reshape(this.v.read(), [-1, 1]) };
  }

  private advance(transposed: Tensor2D, times: number, epsilon: number): void {
    const { u, v } = powerIteration(transposed, this.vectors(), times, epsilon);
    this.u.write(reshape(u, [-1]));
    this.v.write(reshape(v, [-1]));
  }

  /** Advances u and v. */
  iterate(times: number, epsilon: number): void {
    tidy(() => this.advance(this.transposed(), times, epsilon));
  }

  /** σ = uᵀ W v of the current W. */
  sigma(): Scalar {
    return tidy(() => spectralNorm(this.transposed(), this.vectors()));
  }

  /** W/σ in the kernel's shape, after as many rounds of power iteration. */
  normalized(rounds: number, epsilon: number): Tensor {
    return tidy(() => {
      const transposed = this.transposed();
      if (rounds > 0) this.advance(transposed, rounds, epsilon);
      return div(this.variable.read(), spectralNorm(transposed, this.vectors()));
    });
  }
}
