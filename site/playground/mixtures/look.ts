import { grad, mul, reshape, slice, sum, tensor2d, tidy, tile } from '@tensorflow/tfjs-core';
import type { Tensor, Tensor2D } from '@tensorflow/tfjs-core';
import { sampleLatents } from 'gan-kit/training';
import { quality } from '../../../examples/gaussians/quality.js';
import type { Mixture } from '../../../examples/gaussians/mixtures.js';
import { LATENTS } from '../../../examples/gaussians/networks.js';
import type { PlaneSystem } from './build_system.js';
import { CELLS, EXTENT } from './settings.js';

/** What a picture shows of a system. */
export interface Look {
  /** Samples of the averaged generator: x, y, x, y, … */
  readonly samples: Float32Array;
  /** The discriminator's output on a grid, row by row from the top. */
  readonly landscape: Float32Array;
  /** Samples and how the generator's loss moves them: x, y, −∂L_G/∂x, −∂L_G/∂y. */
  readonly arrows: Float32Array;
  /** Mean norm of the discriminator's gradient in its input, at the arrows. */
  readonly slope: number;
  /** Modes found and the share of samples near one; where there are modes to count. */
  readonly modes: number | undefined;
  readonly highQuality: number | undefined;
}

const SAMPLES = 1024;
/** A multiple of each packing. */
const ARROWS = 96;

/** Looks at a system, always for the same latent vectors. */
export class Looker {
  private readonly latents = sampleLatents({ count: SAMPLES, size: LATENTS, seed: 1 });
  private readonly grid: Tensor2D;

  constructor(
    private readonly system: PlaneSystem,
    private readonly packing: number,
    private readonly mixture: Mixture | undefined,
  ) {
    this.grid = tensor2d(centres(), [CELLS * CELLS, 2]);
  }

  async look(): Promise<Look> {
    const { packing, system } = this;
    const read = tidy(() => {
      const samples = system.generate(this.latents);
      const judge = (points: Tensor) =>
        system.discriminator.apply(reshape(points, [-1, 2 * packing])) as Tensor;
      const starts = slice(samples, [0, 0], [ARROWS, 2]);
      // of one sample of a batch the mean has 1/n of the gradient
      const push = grad((x) =>
        mul(system.loss.generator({ fake: judge(x), real: judge(x) }), -ARROWS),
      );
      const slopes = grad((x) => sum(judge(x)));
      // a pack of one point, several times
      const landscape = judge(tile(this.grid, [1, packing]));
      return [samples, landscape, starts, push(starts), slopes(starts)];
    });
    const values = await Promise.all(read.map((x) => x.data() as Promise<Float32Array>));
    for (const x of read) x.dispose();
    const [samples, landscape, starts, pushes, slopes] = values;
    const found = this.mixture && (await quality(samples!, this.mixture));
    return {
      samples: samples!,
      landscape: landscape!,
      arrows: joined(starts!, pushes!),
      slope: meanNorm(slopes!, 2 * packing),
      modes: found?.modes,
      highQuality: found?.highQuality,
    };
  }

  dispose(): void {
    this.latents.dispose();
    this.grid.dispose();
  }
}

/** Returns the centres of the cells, row by row from the top. */
function centres(): Float32Array {
  const points = new Float32Array(2 * CELLS * CELLS);
  const at = (cell: number): number => EXTENT * ((2 * cell + 1) / CELLS - 1);
  for (let row = 0; row < CELLS; row++)
    for (let column = 0; column < CELLS; column++)
      points.set([at(column), -at(row)], 2 * (row * CELLS + column));
  return points;
}

/** Puts the pairs of two lists side by side. */
function joined(starts: Float32Array, pushes: Float32Array): Float32Array {
  const arrows = new Float32Array(2 * starts.length);
  for (let i = 0; i < starts.length; i += 2) {
    arrows.set(starts.subarray(i, i + 2), 2 * i);
    arrows.set(pushes.subarray(i, i + 2), 2 * i + 2);
  }
  return arrows;
}

/** Returns the mean of the Euclidean norms of rows. */
function meanNorm(values: Float32Array, length: number): number {
  const rows = values.length / length;
  let sum = 0;
  for (let row = 0; row < rows; row++)
    sum += Math.hypot(...values.subarray(row * length, (row + 1) * length));
  return sum / rows;
}
