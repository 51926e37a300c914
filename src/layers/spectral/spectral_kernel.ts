import { div, reshape, tidy, transpose } from '@tensorflow/tfjs-core';
import type { Scalar, Tensor, Tensor2D } from '@tensorflow/tfjs-core';
import type { LayerVariable } from '@tensorflow/tfjs-layers';
import { powerIteration, spectralNorm } from '../../ops/power_iteration.js';
import type { SingularVectors } from '../../ops/power_iteration.js';
import type { KernelLayout } from '../kernel_layouts.js';
import { powerIterationIsFrozen } from '../modes/power_iteration_mode.js';
import type { ReparametrizedKernel } from '../reparametrization/reparametrized.js';

/** Settings of a kernel's power iteration. */
interface PowerIterationOptions {
  /** The number of rounds at each training call. */
  readonly powerIterations: number;
  readonly epsilon: number;
}

/** A kernel with its singular vectors. */
export class SpectralKernel implements ReparametrizedKernel {
  constructor(
    readonly layout: KernelLayout,
    readonly variable: LayerVariable,
    /** The left vector, shape [rows]. */
    private readonly u: LayerVariable,
    /** The right vector, shape [columns], in the order of the kernel's axes. */
    private readonly v: LayerVariable,
    private readonly options: PowerIterationOptions,
  ) {}

  /** Returns Wᵀ, shape [columns, rows]. */
  private transposed(): Tensor2D {
    const kernel = this.variable.read();
    const { permutation } = this.layout;
    const ordered = permutation === undefined ? kernel : transpose(kernel, permutation);
    return reshape(ordered, [this.v.shape[0]!, this.u.shape[0]!]);
  }

  /** Returns u and v as separate tensors: a later assignment to the variables does not change them. */
  private vectors(): SingularVectors {
    return { u: reshape(this.u.read(), [-1, 1]), v: reshape(this.v.read(), [-1, 1]) };
  }

  /** Advances u and v by some rounds of power iteration. */
  private advance(transposed: Tensor2D, times: number): void {
    const { u, v } = powerIteration(transposed, this.vectors(), times, this.options.epsilon);
    this.u.write(reshape(u, [-1]));
    this.v.write(reshape(v, [-1]));
  }

  /** Advances u and v at the current W. */
  iterate(times: number): void {
    tidy(() => this.advance(this.transposed(), times));
  }

  /** Computes σ = uᵀ W v of the current W. */
  sigma(): Scalar {
    return tidy(() => spectralNorm(this.transposed(), this.vectors()));
  }

  /** Computes W/σ in the kernel's shape; a training call advances u and v first. */
  effective(training: boolean): Tensor {
    return tidy(() => {
      const transposed = this.transposed();
      if (training && !powerIterationIsFrozen())
        this.advance(transposed, this.options.powerIterations);
      return div(this.variable.read(), spectralNorm(transposed, this.vectors()));
    });
  }
}
