import { tidy } from '@tensorflow/tfjs-core';
import type { Optimizer, Tensor } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { enableSecondOrderGradients } from '../../gradients/enable_second_order_gradients.js';
import { withCleanTape } from '../../gradients/tape.js';
import { isPromise } from '../../internal/brands.js';
import { checkTensor, fail } from '../../internal/check.js';
import { boolean } from '../../internal/option_kinds.js';
import { readOptions } from '../../internal/read_options.js';
import type { SchemaRead } from '../../internal/read_options.js';
import type { Savepoint } from '../../internal/savepoint.js';
import { checkState } from '../../internal/state.js';
import { withFrozenPowerIteration } from '../../layers/modes/power_iteration_mode.js';
import type { SavedState, Stateful, TrainingSystem } from '../../types.js';
import { identityComponent } from '../state/identity_component.js';
import { restoreAll, stateOf } from '../state/joined_state.js';
import type { Components } from '../state/joined_state.js';
import { systemSavepoint } from '../state/system_savepoint.js';
import { modelComponent, statefulComponents } from '../state/stateful_component.js';
import { LossLog } from '../step/loss_log.js';
import { isBroken, nonFiniteStep } from '../step/non_finite_step.js';
import { explainOutOfMemory } from '../step/out_of_memory_error.js';
import { startReading } from '../step/step_reading.js';
import type { StepReading } from '../step/step_reading.js';
import { checkAlive } from './check_alive.js';
import { checkRecipe } from './check_recipe.js';
import { makeStep } from './make_step.js';
import { playerOf } from './player.js';
import type { Player } from './player.js';
import type { Named, Recipe } from './recipe.js';
import { StepCounter } from './step_counter.js';

/** Options of a training step. */
export interface StepOptions {
  /**
   * `false` leaves the losses on the device, which saves waiting for a GPU; default true. Such a step is
   * checked for non-finite numbers at the next read.
   */
  readonly read?: boolean;
}

/** Schema of these options. */
export const STEP_OPTIONS: SchemaRead<StepOptions> = { read: boolean({ default: true }) };

/** What {@link createSystem} returns: a training system whose networks and optimizers have names. */
export interface System<
  Batch,
  Losses,
  Name extends string = string,
  Optimizers extends Named<Optimizer> = Named<Optimizer>,
> extends TrainingSystem<Batch, Losses> {
  readonly networks: Readonly<Record<Name, LayersModel>>;
  readonly optimizers: Optimizers;
}

/** A moment at which all numbers were finite, to return to. */
interface Known {
  readonly savepoint: Savepoint;
  readonly stepCount: number;
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
  /** The moment to return to if a reading finds non-finite numbers; undefined if every step was read. */
  private known: Known | undefined;
  private alive = true;

  constructor(recipe: Recipe<Batch, Losses, Name, Optimizers>) {
    this.recipe = recipe;
    this.optimizers = recipe.optimizers;
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
    enableSecondOrderGradients();
    const losses = new LossLog();
    const before = this.savepoint();
    const known = (this.known ??= before);
    let reading: (() => Promise<StepReading>) | undefined;
    try {
      withCleanTape(() => tidy(() => this.make(where, batch, losses)));
      if (read) reading = startReading(losses.losses, this.networks);
    } catch (error) {
      this.goBack(before);
      if (known === before) this.known = undefined;
      const [name, tensor] = Object.entries(tensors)[0]!;
      throw explainOutOfMemory(where, `batch.${name}`, tensor, error);
    } finally {
      losses.dispose();
    }
    if (known !== before) before.savepoint.release();
    return (reading === undefined ? {} : await this.checked(known, reading)) as Partial<Losses>;
  }

  /** Runs the recipe once and counts the step. */
  private make(where: string, batch: Batch, losses: LossLog): void {
    const { options = {} } = this.recipe;
    const networks = Object.entries<LayersModel>(this.networks);
    const players = networks.map(([name, model]) => [name, playerOf(name, model)] as const);
    // singular vectors stay fixed in all passes of a step, unless every call should move them
    const hold =
      options.powerIteration === 'call' ? <T>(fn: () => T) => fn() : withFrozenPowerIteration;
    const now = makeStep<Losses>({ where, index: this.stepCount, options, losses });
    const byName = Object.fromEntries(players) as Record<Name, Player>;
    hold(() => {
      const result: unknown = this.recipe.step(batch, now, byName);
      if (isPromise(result))
        fail('type', where, 'step', 'a synchronous function', 'one that returns a promise');
    });
    this.counter.made++;
  }

  /** Reads the losses; returns to `known` if a number is not finite, and releases it if all are. */
  private async checked(known: Known, read: () => Promise<StepReading>): Promise<Named<number>> {
    const step = this.stepCount;
    const reading = await read();
    const isLatest = this.known === known && this.stepCount === step;
    if (!isBroken(reading)) {
      if (isLatest) this.forget();
      return reading.losses;
    }
    let undone = 0; // another reading may have rolled back already
    if (this.known === known) {
      this.known = undefined;
      undone = this.stepCount - known.stepCount;
      this.goBack(known);
    }
    if (this.recipe.options?.onNonFinite !== 'skip')
      throw nonFiniteStep(`${this.recipe.name}.trainStep`, [known.stepCount + 1, step], reading);
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

  private forget(): void {
    this.known?.savepoint.release();
    this.known = undefined;
  }

  /** Lists everything besides the networks that has a state, by its name in a checkpoint. */
  private components(): Named<Stateful> {
    const { optimizers, components } = this.recipe;
    const named = Object.entries(optimizers).map(
      ([name, one]) => [`optimizer/${name}`, one] as const,
    );
    // optimizers last, after the component that chooses what they move
    return statefulComponents({ ...components, ...Object.fromEntries(named) }, () => this.networks);
  }

  /** Lists everything with a state; exchanged networks come last, after the component that chooses them. */
  private parts(): Components {
    const { name, identity } = this.recipe;
    const networks = Object.keys(this.networks).map((network) => {
      const current = () => modelComponent(this.networks[network as Name]);
      const component: Stateful = {
        state: () => current().state(),
        restore: (state) => current().restore(state),
      };
      return [network, component] as const;
    });
    const shared = { system: identityComponent({ kind: name, ...identity }), steps: this.counter };
    return typeof this.recipe.networks === 'function'
      ? { ...shared, ...this.components(), ...Object.fromEntries(networks) }
      : { ...shared, ...Object.fromEntries(networks), ...this.components() };
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
    this.forget();
  }

  dispose(): void {
    this.alive = false;
    this.forget();
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
