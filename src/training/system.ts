import type { Optimizer, Tensor } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { enableSecondOrderGradients } from '../gradients/enable_second_order_gradients.js';
import { withCleanTape } from '../gradients/tape.js';
import { checkOptions } from '../internal/check.js';
import { checkState, countFrom, joinStates, partOf } from '../internal/state.js';
import { withFrozenPowerIteration } from '../layers/power_iteration_mode.js';
import type { PieceState, Stateful, TrainingSystem } from '../types.js';
import type { GradientMonitor } from './gradient_monitor.js';
import { LossLog } from './loss_log.js';
import { markSystem } from './mark_system.js';
import { partRestorers, partStates } from './system_state.js';
import { nameBatch } from './too_large.js';
import { updateNetworks } from './update_networks.js';

/** Options of a training step. */
export interface StepOptions {
  /** `false` leaves the losses on the device, which saves waiting for a GPU; default true. */
  readonly read?: boolean;
}

/** A batch, by the words of whoever passes it. */
type Named<T> = Readonly<Record<string, T>>;

/**
 * What all training systems share: a step happens as a whole or not at all, and what it changes is in
 * the state.
 */
export abstract class System<Batch, Losses> implements TrainingSystem<Batch, Losses> {
  abstract readonly networks: Named<LayersModel>;
  abstract readonly optimizers: Named<Optimizer>;
  /**
   * Calls of `trainStep` so far; each updates the discriminators once.
   *
   * @internal
   */
  protected discriminatorSteps = 0;
  /**
   * For messages: the name of the class.
   *
   * @internal
   */
  protected abstract readonly kind: string;

  /**
   * What the system was made with.
   *
   * @internal
   */
  protected abstract readonly options: {
    readonly powerIteration?: 'step' | 'call';
    readonly monitor?: GradientMonitor;
  };

  abstract trainStep(batch: Batch, options?: StepOptions & { read?: true }): Promise<Losses>;
  abstract trainStep(batch: Batch, options: StepOptions): Promise<Partial<Losses>>;

  /**
   * What has a state besides the networks, by the names of a checkpoint.
   *
   * @internal
   */
  protected abstract pieces(): Named<Stateful>;

  /**
   * What `dispose` frees.
   *
   * @internal
   */
  protected abstract owned(): readonly { dispose(): void }[];

  /**
   * Runs `work`, which logs its losses, and counts it as a step. After an error in its midst everything
   * is as it was before, except for the moments of an optimizer that is not gan-kit's.
   *
   * @param batch For the message of an error: the tensors that the memory ran out on.
   *
   * @internal
   */
  protected async step(
    batch: Named<Tensor>,
    options: StepOptions,
    work: (losses: LossLog) => void,
  ): Promise<Record<string, number>> {
    const where = `${this.kind}.trainStep`;
    checkOptions(where, options, ['read']);
    enableSecondOrderGradients();
    const losses = new LossLog();
    const { discriminatorSteps } = this;
    const { monitor } = this.options;
    const pieces = [...Object.values(this.pieces()), ...(monitor === undefined ? [] : [monitor])];
    const before = markSystem(Object.values(this.networks), pieces);
    try {
      withCleanTape(() => work(losses));
    } catch (error) {
      losses.dispose();
      this.discriminatorSteps = discriminatorSteps;
      before.undo();
      const [name, tensor] = Object.entries(batch)[0]!;
      throw nameBatch(where, `batch.${name}`, tensor, error);
    }
    before.release();
    return losses.read(options.read !== false);
  }

  /**
   * Whether singular vectors move once a step of their network, and not at every call.
   *
   * @internal
   */
  protected get iteratesByStep(): boolean {
    return this.options.powerIteration !== 'call';
  }

  /**
   * Singular vectors rest in all passes of an update, unless each call is to move them.
   *
   * @internal
   */
  protected holdingPowerIteration<T>(fn: () => T): T {
    return this.iteratesByStep ? withFrozenPowerIteration(fn) : fn();
  }

  /**
   * Differentiates a sum of terms in the weights of networks, which their optimizer moves.
   *
   * @internal
   */
  protected update(
    networks: Named<LayersModel>,
    optimizer: Optimizer,
    terms: readonly (() => Tensor)[],
  ): void {
    const where = `${this.kind}.trainStep`;
    const { monitor } = this.options;
    this.holdingPowerIteration(() =>
      updateNetworks({ where, networks, optimizer, monitor }, terms),
    );
  }

  /** Everything a bit-exact continuation needs: weights, moments, places in random streams. */
  async state(): Promise<PieceState> {
    const steps = { values: { discriminator: this.discriminatorSteps }, arrays: {} };
    return joinStates({ steps, ...(await partStates(this.networks, this.pieces())) });
  }

  /** Goes back to a state; one that does not fit is refused, and nothing is changed then. */
  async restore(state: PieceState): Promise<void> {
    const where = `${this.kind}.restore`;
    checkState(where, state);
    const steps = countFrom(where, partOf(state, 'steps'), 'discriminator');
    const before = await this.state();
    const parts = (of: PieceState) => partRestorers(this.networks, this.pieces(), of);
    try {
      for (const restore of parts(state)) await restore();
    } catch (error) {
      // a piece that cannot go back keeps no other from it, nor hides the first error
      for (const restore of parts(before)) await restore().catch(() => undefined);
      throw error;
    }
    this.discriminatorSteps = steps;
  }

  /** Frees what the system made; what was passed in stays the caller's. */
  dispose(): void {
    for (const piece of this.owned()) piece.dispose();
  }
}
