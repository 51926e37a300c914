import { clone, tidy } from '@tensorflow/tfjs-core';
import type { NamedTensorMap, Tensor } from '@tensorflow/tfjs-core';
import type { LayersModel, layers } from '@tensorflow/tfjs-layers';
import { fail } from '../internal/check.js';
import { freedIfThrown } from '../internal/freed_if_thrown.js';
import { hostNumber } from '../internal/host_input.js';
import { boolean, number } from '../internal/option_kinds.js';
import { readOptions } from '../internal/read_options.js';
import type { Savepoint } from '../internal/savepoint.js';
import { checkState } from '../internal/state.js';
import { movedTowards } from '../kernels/moved_towards.js';
import { namedWeights } from '../layers/weights/named_weights.js';
import type { NamedWeight } from '../layers/weights/named_weights.js';
import type { SavedState, Stateful } from '../types.js';
import { AveragedWeights } from './state/averaged_weights.js';
import { withoutCounts } from './state/counted_names.js';

/** Options of {@link ExponentialMovingAverage}. */
export interface ExponentialMovingAverageOptions {
  /** β, the share of the average kept at each update, in [0, 1); default 0.999. */
  decay?: number;
  /** Whether β grows into its value, min(β, (1 + n)/(10 + n)) after n updates; default false. */
  warmUp?: boolean;
}

/**
 * A moving average of a model's weights: θ̄ ← θ̄ + (1 − β)(θ − θ̄) at each `update()`, from θ̄ = θ.
 *
 * Trainable weights are averaged; the others (running statistics, u and v of spectral
 * normalization) belong to the newest weights and are copied. The model itself is not changed:
 * evaluate it at the average with `functionalCall(model, ema.namedWeights, z)`, or copy the
 * average into a clone with `clone.setWeights(ema.weights)`.
 *
 * @example
 * ```ts
 * import { randomNormal } from '@tensorflow/tfjs-core';
 * import { layers, sequential } from '@tensorflow/tfjs-layers';
 * import { loadBackend } from 'gan-kit';
 * import { functionalCall } from 'gan-kit/layers';
 * import { ExponentialMovingAverage } from 'gan-kit/training';
 *
 * await loadBackend();
 * const model = sequential({ layers: [layers.dense({ units: 2, inputShape: [3] })] });
 * const ema = new ExponentialMovingAverage(model, { decay: 0.99 });
 * ema.update(); // after each training step
 * const y = functionalCall(model, ema.namedWeights, randomNormal([4, 3]));
 * ```
 *
 * @see Yazıcı et al. 2018, The unusual effectiveness of averaging in GAN training, arXiv 1806.04498; Karras et al. 2017, arXiv 1710.10196, appendix A
 */
export class ExponentialMovingAverage implements Stateful {
  readonly decay: number;
  readonly warmUp: boolean;
  private readonly model: LayersModel;
  private readonly named: readonly NamedWeight[];
  private readonly averaged: AveragedWeights;

  /**
   * @param model A built model; it stays the caller's.
   * @param options See {@link ExponentialMovingAverageOptions}.
   * @throws GanKitError if an option is out of range or the model has no weights.
   */
  constructor(model: LayersModel, options: ExponentialMovingAverageOptions = {}) {
    const where = 'ExponentialMovingAverage';
    const { decay, warmUp } = readOptions(where, options, {
      decay: number({ min: 0, below: 1, default: 0.999 }),
      warmUp: boolean({ default: false }),
    });
    if (!Array.isArray(model?.layers) || model.weights.length === 0)
      fail('type', where, 'model', 'a built model with weights', model);
    this.decay = decay;
    this.warmUp = warmUp;
    this.model = model;
    this.named = namedWeights(model);
    const copies = freedIfThrown(() => this.named.map(({ variable }) => clone(variable.read())));
    this.averaged = new AveragedWeights(this.named, copies);
  }

  /** Returns the number of updates made, n. */
  get updates(): number {
    return this.averaged.moves;
  }

  /** Moves the average towards the model's current weights. */
  update(): void {
    this.checkAlive('update');
    const trainable = new Set(this.model.trainableWeights);
    const before = this.averaged.values;
    const after = tidy(() => {
      const share = hostNumber(() => 1 - this.currentDecay);
      return this.named.map(({ variable }, i) => {
        const now = variable.read();
        const isUnchanged = now.dataId === before[i]!.dataId; // its average is itself
        if (!trainable.has(variable) || isUnchanged) return clone(now);
        return movedTowards(before[i]!, now, share);
      });
    });
    this.averaged.move(after);
  }

  /** Returns the decay of the next update. */
  private get currentDecay(): number {
    const n = this.averaged.moves;
    return this.warmUp ? Math.min(this.decay, (1 + n) / (10 + n)) : this.decay;
  }

  /** Returns the average by path, for `functionalCall`; valid until the next update, do not dispose of it. */
  get namedWeights(): NamedTensorMap {
    this.checkAlive('namedWeights');
    return this.averaged.byPath;
  }

  /** Returns the average in the order of `model.getWeights()`; valid until the next update, do not dispose of it. */
  get weights(): Tensor[] {
    this.checkAlive('weights');
    const { values } = this.averaged;
    const byVariable = new Map(this.named.map(({ variable }, i) => [variable, values[i]!]));
    return this.model.weights.map((variable) => byVariable.get(variable)!);
  }

  /** @internal */
  savepoint(): Savepoint {
    return this.averaged.savepoint();
  }

  /** @internal */
  heldTensors(): readonly Tensor[] {
    return this.averaged.values;
  }

  /** Returns a copy of the average, by path, and the count of updates. */
  async state(): Promise<SavedState> {
    this.checkAlive('state');
    return this.averaged.state();
  }

  /**
   * Restores a state.
   *
   * @param state Of an average over a model of the same paths and shapes.
   * @throws GanKitError if the state does not fit; nothing is changed then.
   */
  async restore(state: SavedState): Promise<void> {
    const where = 'ExponentialMovingAverage.restore';
    this.checkAlive('restore');
    checkState(where, state);
    const hasWeights = (layer: layers.Layer) => layer.weights.length > 0;
    this.averaged.restore(where, withoutCounts(this.model, state, hasWeights));
  }

  /** Frees the average; the model stays. */
  dispose(): void {
    this.averaged.dispose();
  }

  private checkAlive(member: string): void {
    if (this.averaged.values.length === 0)
      fail('state', `ExponentialMovingAverage.${member}`, 'this', 'alive', 'a disposed average');
  }
}
