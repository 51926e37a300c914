import type { Optimizer, Tensor } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { enableSecondOrderGradients } from '../gradients/enable_second_order_gradients.js';
import { withCleanTape } from '../gradients/tape.js';
import { checkBoolean, checkOptions, fail } from '../internal/check.js';
import { checkState, countFrom } from '../internal/state.js';
import { withFrozenPowerIteration } from '../layers/power_iteration_mode.js';
import type { Mark } from '../internal/mark.js';
import type { AdversarialLoss, PieceState, Stateful, TrainingSystem } from '../types.js';
import type { GradientMonitor } from './gradient_monitor.js';
import { identityPiece } from './identity_piece.js';
import { restoreAll, stateOf } from './joined_state.js';
import type { Pieces } from './joined_state.js';
import { LossLog } from './loss_log.js';
import { markSystem } from './mark_system.js';
import { isBroken, nonFiniteStep } from './non_finite_step.js';
import { startReading } from './step_reading.js';
import type { StepReading } from './step_reading.js';
import { modelPiece } from './stateful_piece.js';
import { nameBatch } from './too_large.js';
import { updateNetworks } from './update_networks.js';

/** Options of a training step. */
export interface StepOptions {
  /**
   * `false` leaves the losses on the device, which saves waiting for a GPU; default true. Whether such a
   * step was finite is seen at the next one that is read.
   */
  readonly read?: boolean;
}

/** A moment at which all numbers were finite. */
interface Known {
  readonly mark: Mark;
  readonly discriminatorSteps: number;
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
  /** Where to go back to if a reading tells of numbers that are not finite; undefined if all are read. */
  private known: Known | undefined;
  private skippedSteps = 0;
  private alive = true;
  /**
   * For messages: the name of the class.
   *
   * @internal
   */
  protected abstract readonly kind: string;

  /**
   * What discriminators and generators minimise.
   *
   * @internal
   */
  protected abstract readonly loss: AdversarialLoss;

  /**
   * What the system was made with.
   *
   * @internal
   */
  protected abstract readonly options: {
    readonly criticSteps?: number;
    readonly powerIteration?: 'step' | 'call';
    readonly monitor?: GradientMonitor;
    readonly onNonFinite?: 'throw' | 'skip';
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

  /** How many steps were undone, as they were not finite, under `onNonFinite: 'skip'`. */
  get skipped(): number {
    return this.skippedSteps;
  }

  /**
   * Runs `work`, which logs its losses, and counts it as a step. After an error in its midst, and where
   * a loss or a weight is not finite after it, everything is as it was before.
   *
   * @param batch For the message of an error: the tensors that the memory ran out on.
   *
   * @internal
   */
  protected async step(
    batch: Named<Tensor>,
    options: StepOptions,
    work: (losses: LossLog) => void,
  ): Promise<Readonly<Record<string, number>>> {
    const where = `${this.kind}.trainStep`;
    this.checkAlive(where);
    checkOptions(where, options, ['read']);
    const { read = true } = options;
    checkBoolean(where, 'read', read);
    enableSecondOrderGradients();
    const losses = new LossLog();
    const before = this.mark();
    const known = (this.known ??= before);
    let reading: (() => Promise<StepReading>) | undefined;
    try {
      withCleanTape(() => work(losses));
      if (read) reading = startReading(losses.losses, this.networks);
    } catch (error) {
      this.goBack(before);
      if (known === before) this.known = undefined;
      const [name, tensor] = Object.entries(batch)[0]!;
      throw nameBatch(where, `batch.${name}`, tensor, error);
    } finally {
      losses.dispose();
    }
    if (known !== before) before.mark.release();
    return reading === undefined ? {} : this.checked(known, reading);
  }

  /** Reads the losses; goes back to `known` where a number is not finite, and lets go of it if all are. */
  private async checked(
    known: Known,
    read: () => Promise<StepReading>,
  ): Promise<Readonly<Record<string, number>>> {
    const step = this.discriminatorSteps;
    const reading = await read();
    const isLatest = this.known === known && this.discriminatorSteps === step;
    if (!isBroken(reading)) {
      if (isLatest) this.forget();
      return reading.losses;
    }
    let undone = 0; // another reading may have gone back already
    if (this.known === known) {
      this.known = undefined;
      undone = this.discriminatorSteps - known.discriminatorSteps;
      this.goBack(known);
    }
    const first = known.discriminatorSteps + 1;
    if (this.options.onNonFinite !== 'skip')
      throw nonFiniteStep(`${this.kind}.trainStep`, [first, step], reading);
    this.skippedSteps += undone;
    return reading.losses;
  }

  private mark(): Known {
    const { networks, discriminatorSteps } = this;
    const { monitor } = this.options;
    const pieces = [...Object.values(this.pieces()), ...(monitor === undefined ? [] : [monitor])];
    return { mark: markSystem(Object.values(networks), pieces), discriminatorSteps };
  }

  private goBack({ mark, discriminatorSteps }: Known): void {
    this.discriminatorSteps = discriminatorSteps;
    mark.undo();
  }

  private forget(): void {
    this.known?.mark.release();
    this.known = undefined;
  }

  /**
   * Refuses to go on after `dispose`.
   *
   * @internal
   */
  protected checkAlive(where: string): void {
    if (!this.alive) fail('state', where, 'this', 'a system that is alive', 'a disposed system');
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

  /**
   * Everything a bit-exact continuation needs: weights, moments, places in random streams; as they are at the
   * call, whatever is trained while a device is waited for.
   */
  async state(): Promise<PieceState> {
    this.checkAlive(`${this.kind}.state`);
    return stateOf(this.parts());
  }

  /** Goes back to a state; one that does not fit is refused, and nothing is changed then. */
  async restore(state: PieceState): Promise<void> {
    const where = `${this.kind}.restore`;
    this.checkAlive(where);
    checkState(where, state);
    await restoreAll(where, this.parts(), state);
    this.forget();
  }

  /** All that has a state, by the names of a checkpoint. */
  private parts(): Pieces {
    const { kind, loss } = this;
    const { criticSteps = 1 } = this.options;
    const networks = Object.entries(this.networks).map(([name, one]) => [name, modelPiece(one)]);
    return {
      system: identityPiece({ kind, loss: loss.name, criticSteps }),
      steps: this.counts(),
      ...(Object.fromEntries(networks) as Record<string, Stateful>),
      ...this.pieces(),
    };
  }

  private counts(): Stateful {
    const { discriminatorSteps: discriminator, skipped } = this;
    return {
      state: async () => ({
        values: { discriminator, ...(skipped > 0 && { skipped }) },
        arrays: {},
      }),
      restore: async (state) => {
        this.discriminatorSteps = countFrom('restore', state, 'discriminator');
        this.skippedSteps = 'skipped' in state.values ? countFrom('restore', state, 'skipped') : 0;
      },
    };
  }

  /** Frees what the system made; what was passed in stays the caller's. */
  dispose(): void {
    this.alive = false;
    this.forget();
    for (const piece of this.owned()) piece.dispose();
  }
}
