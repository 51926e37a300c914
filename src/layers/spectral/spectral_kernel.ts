import { div, reshape, tidy, transpose } from '@tensorflow/tfjs-core';
import type { Scalar, Tensor, Tensor2D } from '@tensorflow/tfjs-core';
import type { LayerVariable } from '@tensorflow/tfjs-layers';
import { powerIteration, spectralNorm } from '../../ops/power_iteration.js';
import type { SingularVectors } from '../../ops/power_iteration.js';
import type { KernelLayout } from '../kernel_layouts.js';
import { powerIterationIsFrozen } from '../modes/power_iteration_mode.js';
import type { ReparametrizedKernel } from '../reparametrization/reparametrized.js';

/** How a kernel's power iteration goes. */
interface PowerIterationOptions {
  /** Rounds at each training call. */
  readonly powerIterations: number;
  readonly epsilon: number;
}

/** One kernel with its singular vectors. */
export class SpectralKernel implements ReparametrizedKernel {
  constructor(
    readonly layout: KernelLayout,
    readonly variable: LayerVariable,
    /** Shape [rows]. */
    private readonly u: LayerVariable,
    /** Shape [columns], in the order of the kernel's axes. */
    private readonly v: LayerVariable,
    private readonly options: PowerIterationOptions,
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

  private advance(transposed: Tensor2D, times: number): void {
    const { u, v } = powerIteration(transposed, this.vectors(), times, this.options.epsilon);
    this.u.write(reshape(u, [-1]));
    this.v.write(reshape(v, [-1]));
  }

  /** Advances u and v. */
  iterate(times: number): void {
    tidy(() => this.advance(this.transposed(), times));
  }

  /** σ = uᵀ W v of the current W. */
  sigma(): Scalar {
    return tidy(() => spectralNorm(this.transposed(), this.vectors()));
  }

  /** W/σ in the kernel's shape; a training call advances u and v first. */
  effective(training: boolean): Tensor {
    return tidy(() => {
      const transposed = this.transposed();
      if (training && !powerIterationIsFrozen())
        this.advance(transposed, this.options.powerIterations);
      return div(this.variable.read(), spectralNorm(transposed, this.vectors()));
    });
  }
}
