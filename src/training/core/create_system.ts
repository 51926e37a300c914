import { tidy } from '@tensorflow/tfjs-core';
import type { Optimizer, Tensor } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { enableSecondOrderGradients } from '../../gradients/enable_second_order_gradients.js';
import { withCleanTape } from '../../gradients/tape.js';
import { isPromise } from '../../internal/brands.js';
import { checkTensor, fail } from '../../internal/check.js';
import { readOptions } from '../../internal/read_options.js';
import { checkState } from '../../internal/state.js';
import { withFrozenPowerIteration } from '../../layers/modes/power_iteration_mode.js';
import type { SavedState, Stateful, TrainingSystem } from '../../types.js';
import { restoreAll, stateOf } from '../state/joined_state.js';
import type { Components } from '../state/joined_state.js';
import { systemSavepoint } from '../state/system_savepoint.js';
import { LossLog } from '../step/loss_log.js';
import { isBroken, nonFiniteStep } from '../step/non_finite_step.js';
import { heldTensors, trainedWeights } from '../replay/held_tensors.js';
import { StepReplays } from '../replay/step_replays.js';
import { explainOutOfMemory } from '../step/out_of_memory_error.js';
import { startReading } from '../step/step_reading.js';
import type { StepReading } from '../step/step_reading.js';
import { checkAlive } from './check_alive.js';
import { checkRecipe } from './check_recipe.js';
import { KnownStates } from './known_states.js';
import type { Known } from './known_states.js';
import { makeStep } from './make_step.js';
import { playerOf } from './player.js';
import type { Player } from './player.js';
import type { Named, Recipe } from './recipe.js';
import { StepCounter } from './step_counter.js';
import { STEP_OPTIONS } from './step_options.js';
import type { StepOptions } from './step_options.js';
import { componentsOf, partsOf } from './system_parts.js';

/** What {@link createSystem} returns: a training system whose networks and optimizers have names. */
export interface System<
  Batch,
  Losses,
  Name extends string = string,
  Optimizers extends Named<Optimizer> = Named<Optimizer>,
> extends TrainingSystem<Batch, Losses> {
  readonly networks: Readonly<Record<Name, LayersModel>>;
  readonly optimizers: Optimizers;
  /**
   * Waits for the losses of the last step that was made with `read: 'later'`.
   *
   * @returns The losses; none if the last step was of another kind, or they were returned already.
   */
  lastLosses(): Promise<Partial<Losses>>;
}

/** A step happens as a whole or not at all, and what it changes is in the state. */
class RecipeSystem<
  Batch,
  Losses,
  Name extends string,
  Optimizers extends Named<Optimizer>,
> implements System<Batch, Losses, Name, Optimizers> {
  readonly optimizers: Optimizers;
  private readonly recipe: Recipe<Batch, Losses, Name, Optimizers>;
  private readonly counter = new StepCounter();
  private readonly known = new KnownStates();
  /** The losses of the last step that is read later. */
  private late: Promise<Named<number>> | undefined;
  private readonly replays: StepReplays<Batch> | undefined;
  private alive = true;

  constructor(recipe: Recipe<Batch, Losses, Name, Optimizers>) {
    this.recipe = recipe;
    this.optimizers = recipe.optimizers;
    const { replay, onReplayRefused } = recipe.options ?? {};
    if (replay === true)
      this.replays = new StepReplays({
        heldTensors: () => heldTensors(this.networks, this.components(), recipe.options?.monitor),
        kind: () => trainedWeights(this.networks),
        refused: onReplayRefused,
      });
  }

  get networks(): Readonly<Record<Name, LayersModel>> {
    const { networks } = this.recipe;
    return typeof networks === 'function' ? networks() : networks;
  }

  get stepCount(): number {
    return this.counter.made;
  }

  get skipped(): number {
    return this.counter.skipped;
  }

  get disposed(): boolean {
    return !this.alive;
  }

  trainStep(batch: Batch, options?: StepOptions & { read?: true }): Promise<Losses>;
  trainStep(batch: Batch, options: StepOptions): Promise<Partial<Losses>>;
  async trainStep(batch: Batch, options: StepOptions = {}): Promise<Partial<Losses>> {
    const where = `${this.recipe.name}.trainStep`;
    checkAlive(where, this);
    const tensors = this.recipe.check?.(batch, where) ?? checkTensors(where, batch);
    const { read } = readOptions(where, options, STEP_OPTIONS);
    const before = this.savepoint();
    const isKept = this.known.take(before, read === 'later');
    let reading: (() => Promise<StepReading>) | undefined;
    try {
      reading = this.make(where, batch, read !== false);
      this.counter.made++;
    } catch (error) {
      this.goBack(before);
      this.known.withdraw(before);
      const [name, tensor] = Object.entries(tensors)[0]!;
      throw explainOutOfMemory(where, `batch.${name}`, tensor, error);
    }
    if (!isKept) before.savepoint.release();
    const losses = reading && this.checked(this.known.last!, reading);
    return ((await (read === 'later' ? this.afterThat(losses) : losses)) ?? {}) as Partial<Losses>;
  }

  async lastLosses(): Promise<Partial<Losses>> {
    checkAlive(`${this.recipe.name}.lastLosses`, this);
    return ((await this.afterThat(undefined)) ?? {}) as Partial<Losses>;
  }

  /** Returns the losses that were to be read later, and keeps those of the next step for later. */
  private afterThat(next: Promise<Named<number>> | undefined): Promise<Named<number>> | undefined {
    const { late } = this;
    this.late = next;
    next?.catch(() => undefined); // the next step, or `lastLosses`, throws it
    return late;
  }

  /** Makes a step, and starts its reading. */
  private make(
    where: string,
    batch: Batch,
    read: boolean,
  ): (() => Promise<StepReading>) | undefined {
    const make = (batch: Batch) => {
      enableSecondOrderGradients();
      const losses = new LossLog();
      try {
        withCleanTape(() => tidy(() => this.run(where, batch, losses)));
        return read ? startReading(losses.losses, this.networks) : undefined;
      } finally {
        losses.dispose();
      }
    };
    if (this.replays !== undefined) return this.replays.step(batch, read, make);
    const reading = make(batch);
    return reading && (() => reading.wait());
  }

  /** Runs the recipe once. */
  private run(where: string, batch: Batch, losses: LossLog): void {
    const { options = {} } = this.recipe;
    const networks = Object.entries<LayersModel>(this.networks);
    const players = networks.map(([name, model]) => [name, playerOf(name, model)] as const);
    // singular vectors stay fixed in all passes of a step, unless every call should move them
    const hold =
      options.powerIteration === 'call' ? <T>(fn: () => T) => fn() : withFrozenPowerIteration;
    const now = makeStep<Losses>({ where, index: () => this.counter.made, options, losses });
    const byName = Object.fromEntries(players) as Record<Name, Player>;
    hold(() => {
      const result: unknown = this.recipe.step(batch, now, byName);
      if (isPromise(result))
        fail('type', where, 'step', 'a synchronous function', 'one that returns a promise');
    });
  }

  /** Reads the losses; goes back to what is known to be finite if a number is not. */
  private async checked(mark: Known, read: () => Promise<StepReading>): Promise<Named<number>> {
    const { known, stepCount: step } = this;
    const reading = await read();
    if (!isBroken(reading)) {
      if (known.has(mark)) known.confirm(step, this.stepCount);
      return reading.losses;
    }
    let [first, undone] = [mark.stepCount, 0]; // another reading may have gone back already
    if (known.has(mark)) {
      const moment = known.goBack();
      first = moment.stepCount;
      undone = this.stepCount - first;
      this.goBack(moment);
    }
    if (this.recipe.options?.onNonFinite !== 'skip')
      throw nonFiniteStep(`${this.recipe.name}.trainStep`, [first + 1, step], reading);
    this.counter.skipped += undone;
    return reading.losses;
  }

  private savepoint(): Known {
    const { monitor } = this.recipe.options ?? {};
    const components = [
      ...Object.values(this.components()),
      ...(monitor === undefined ? [] : [monitor]),
    ];
    return {
      savepoint: systemSavepoint(Object.values(this.networks), components),
      stepCount: this.stepCount,
    };
  }

  private goBack({ savepoint, stepCount }: Known): void {
    this.counter.made = stepCount;
    savepoint.rollback();
  }

  private components(): Named<Stateful> {
    return componentsOf(this.recipe, () => this.networks);
  }

  private parts(): Components {
    return partsOf(this.recipe, this.counter, () => this.networks);
  }

  async state(): Promise<SavedState> {
    checkAlive(`${this.recipe.name}.state`, this);
    return stateOf(this.parts());
  }

  async restore(state: SavedState): Promise<void> {
    const where = `${this.recipe.name}.restore`;
    checkAlive(where, this);
    checkState(where, state);
    await restoreAll(where, this.parts(), state);
    this.known.forget();
  }

  dispose(): void {
    this.alive = false;
    this.known.forget();
    this.replays?.dispose();
    for (const component of this.recipe.owns ?? []) component.dispose();
  }
}

/** Refuses a batch that is not an object of tensors. */
function checkTensors(where: string, batch: unknown): Named<Tensor> {
  if (typeof batch !== 'object' || batch === null || Object.keys(batch).length === 0)
    fail('type', where, 'batch', 'an object of tensors', batch);
  for (const [name, tensor] of Object.entries(batch))
    checkTensor(where, `batch.${name}`, tensor, { dtype: 'any' });
  return batch as Named<Tensor>;
}

/**
 * Makes a training system from a recipe: the recipe defines one step, and the system makes each step as a
 * whole or not at all, logs its losses, undoes a step that leaves a NaN, and saves and restores everything
 * that a bit-exact continuation needs. All systems of gan-kit are recipes.
 *
 * Tensors made in a step are freed after it, unless they are kept. Everything that a step changes must be a
 * network, an optimizer or a component; random numbers come from components with a state.
 *
 * @param recipe See {@link Recipe}.
 * @returns The system; `dispose()` frees what the recipe owns.
 * @throws GanKitError if the recipe lacks a part, or one is of the wrong kind.
 *
 * @example
 * ```ts
 * import { mean, square, sub } from '@tensorflow/tfjs-core';
 * import type { Scalar, Tensor } from '@tensorflow/tfjs-core';
 * import { layers, sequential } from '@tensorflow/tfjs-layers';
 * import { loadBackend } from 'gan-kit';
 * import { adam, createSystem } from 'gan-kit/training';
 * import type { Step } from 'gan-kit/training';
 *
 * await loadBackend();
 * const autoencoder = sequential({ layers: [layers.dense({ units: 3, inputShape: [3], name: 'code' })] });
 * const optimizers = { autoencoder: adam() };
 * const system = createSystem({
 *   name: 'Autoencoder',
 *   networks: { autoencoder },
 *   optimizers,
 *   step({ x }: { x: Tensor }, step: Step<{ distance: number }>, { autoencoder }) {
 *     step.minimize([autoencoder], optimizers.autoencoder, () =>
 *       step.note('distance', mean(square(sub(autoencoder(x), x))) as Scalar),
 *     );
 *   },
 * });
 * ```
 */
export function createSystem<
  Batch,
  Losses,
  Name extends string,
  Optimizers extends Named<Optimizer> = Named<Optimizer>,
>(recipe: Recipe<Batch, Losses, Name, Optimizers>): System<Batch, Losses, Name, Optimizers> {
  checkRecipe('createSystem', recipe);
  return new RecipeSystem(recipe);
}
