import { concat, gather, tensor1d, tidy } from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { checkBackend } from '../../internal/check_backend.js';
import { fail } from '../../internal/check.js';
import { given, integer, list, number, oneOf, seed } from '../../internal/option_kinds.js';
import { RandomStream } from '../../internal/random.js';
import { optional, readOptions } from '../../internal/read_options.js';
import { checkConditions, conditionCount, conditionsOf } from '../core/conditions.js';
import type { Condition } from '../core/conditions.js';
import { generate } from '../core/generate.js';
import { DISTRIBUTIONS, drawLatents } from '../latents.js';
import type { LatentDistribution } from '../latents.js';
import { checkModel, shapesFit } from '../step/check_system.js';
import { RowDraw } from './row_draw.js';

/** Options of {@link Mixture}. */
export interface MixtureOptions {
  /** Trained generators, latent vectors `[batch, size]` to samples of one shape; they stay the caller's. */
  generators: readonly LayersModel[];
  /** α, how often each of them is asked, relative to the others: numbers of 0 or more; default all equal. */
  shares?: readonly number[];
  /** Distribution of latent vectors; default `'normal'`. */
  latents?: LatentDistribution;
}

/** What a {@link Mixture} draws. */
export interface MixtureDraw {
  /** Number of samples, 1 or more. */
  count: number;
  /** `[count, …]` each, if the generators take conditions. */
  condition?: Condition;
  /** Any integer from 0 on; default 0. */
  seed?: number;
}

/**
 * A mixture of several trained generators: P = Σ αᵢ Gᵢ. Each sample is made by one of them, drawn with probability αᵢ.
 *
 * It holds no tensors of its own.
 *
 * @example
 * ```ts
 * import { layers, sequential } from '@tensorflow/tfjs-layers';
 * import { loadBackend } from 'gan-kit';
 * import { Mixture } from 'gan-kit/training';
 *
 * await loadBackend();
 * const generator = (size: number) =>
 *   sequential({ layers: [layers.dense({ units: 2, inputShape: [size] })] });
 * const mixture = new Mixture({ generators: [generator(4), generator(8)], shares: [0.75, 0.25] });
 * console.log(mixture.generate({ count: 6, seed: 1 }).shape); // → [ 6, 2 ]
 * console.log(mixture.choose({ count: 6, seed: 1 }).length); // → 6
 * ```
 *
 * @see Tolstikhin et al. 2017, arXiv 1701.02386, algorithm 1
 */
export class Mixture {
  readonly generators: readonly LayersModel[];
  /** α, whose sum is 1. */
  readonly shares: readonly number[];
  readonly latents: LatentDistribution;
  private readonly draw: RowDraw;

  /**
   * @param options See {@link MixtureOptions}.
   * @throws GanKitError if there are no generators, they do not make samples of one shape, or an option is out of range.
   */
  constructor(options: MixtureOptions) {
    const where = 'Mixture';
    const read = readOptions(where, options, {
      generators: given<readonly LayersModel[]>(),
      shares: optional(list(number({ min: 0 }))),
      latents: oneOf(DISTRIBUTIONS, { default: 'normal' }),
    });
    checkGenerators(where, read.generators);
    const { generators, shares = generators.map(() => 1) } = read;
    if (shares.length !== generators.length)
      fail(
        'value',
        where,
        'shares',
        `${generators.length} numbers, one for each generator`,
        shares,
      );
    const total = shares.reduce((sum, one) => sum + one, 0);
    if (!(total > 0)) fail('value', where, 'shares', 'above 0 for some generator', shares);
    this.generators = [...generators];
    this.shares = shares.map((one) => one / total);
    this.latents = read.latents;
    this.draw = new RowDraw(this.shares);
  }

  /**
   * Tells which generator makes each of the samples that `generate` returns for the same arguments.
   *
   * @returns Indices of generators, one for each sample.
   * @throws GanKitError if an argument is out of range.
   */
  choose(draw: Omit<MixtureDraw, 'condition'>): Int32Array {
    const { count, seed: of } = readOptions('Mixture.choose', draw, {
      count: integer({ min: 1 }),
      seed: seed(),
    });
    return this.chosen(count, of);
  }

  /**
   * Runs the generators at inference, each for its own samples.
   *
   * @param draw See {@link MixtureDraw}; equal seeds draw the same on every backend.
   * @returns Samples `[count, …]`; the caller owns them.
   * @throws GanKitError if an argument is out of range, or the conditions do not fit.
   *
   * **Differentiable:** no; latent vectors are drawn here.
   */
  generate(draw: MixtureDraw): Tensor {
    const where = 'Mixture.generate';
    const read = readOptions(where, draw, {
      count: integer({ min: 1 }),
      condition: given<Condition | undefined>(),
      seed: seed(),
    });
    checkBackend(where);
    const conditions = conditionsOf(read.condition);
    checkConditions(where, 'condition', conditions, this.generators, read.count);
    const which = this.chosen(read.count, read.seed);
    const streams = new RandomStream(read.seed, where);
    const rowsOf = this.generators.map((_, k) =>
      [...which.keys()].filter((row) => which[row] === k),
    );
    return tidy(() => {
      const made = this.generators.flatMap((generator, k) => {
        const rows = rowsOf[k]!;
        if (rows.length === 0) return [];
        const shape: [number, number] = [rows.length, generator.inputs[0]!.shape[1]!];
        const latents = drawLatents(streams.fork(`latents/${k}`), shape, this.latents);
        const index = tensor1d(rows, 'int32');
        const condition = conditions.map((one) => gather(one, index));
        return [generate(where, generator, { latents, condition })];
      });
      // sample r stands in place places[r] of them
      const places = new Int32Array(read.count);
      rowsOf.flat().forEach((row, place) => (places[row] = place));
      return gather(concat(made), tensor1d(places, 'int32'));
    });
  }

  private chosen(count: number, of: number): Int32Array {
    return this.draw.rows(count, new RandomStream(of, 'Mixture').fork('generators'));
  }
}

/** Refuses generators that could not stand in for each other. */
function checkGenerators(where: string, generators: readonly LayersModel[]): void {
  const isList: boolean = Array.isArray(generators);
  if (!isList || generators.length === 0)
    fail('value', where, 'generators', 'an array of at least one model', generators);
  const first = generators[0]!;
  generators.forEach((one, k) => {
    const parameter = `generators[${k}]`;
    checkModel(where, parameter, one, 'conditioned');
    const { shape } = one.inputs[0]!;
    if (shape.length !== 2 || shape[1] === null)
      fail('shape', where, parameter, 'a model of input [batch, latentSize]', shape);
    const made = first.outputs[0]!.shape;
    if (!shapesFit(made, one.outputs[0]!.shape))
      fail(
        'shape',
        where,
        parameter,
        `a model of samples [${made.join(',')}]`,
        one.outputs[0]!.shape,
      );
    if (conditionCount(one) !== conditionCount(first))
      fail(
        'shape',
        where,
        parameter,
        `a model of ${conditionCount(first)} conditions`,
        `${conditionCount(one)}`,
      );
  });
}
