import type { Optimizer, Scalar, Tensor } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { StateValue } from '../../types.js';
import type { GradientMonitor } from '../gradient_monitor.js';
import type { Player } from './player.js';

/** Values by name. */
export type Named<T> = Readonly<Record<string, T>>;

/** An object that a system may own. */
export interface Owned {
  /** Frees its resources. */
  dispose(): void;
}

/** Options that every system has. */
export interface SystemOptions {
  /** Watches the norm of each layer's gradient. The caller keeps ownership. */
  monitor?: GradientMonitor | undefined;
  /**
   * When spectrally normalized layers iterate: `'step'`, the default, once per step of their network, so that
   * real, fake, penalty and generator passes share one σ; `'call'`, at every pass in training mode, as in
   * torch.
   */
  powerIteration?: 'step' | 'call' | undefined;
  /**
   * How to handle a step that leaves a NaN or infinite loss or weight and is undone: `'throw'`, the default,
   * throws an error that names it; `'skip'` counts it in `skipped` and continues.
   */
  onNonFinite?: 'throw' | 'skip' | undefined;
  /**
   * Whether steps on webgpu are recorded: the first steps of each kind are run and noted, and later ones are submitted
   * to the GPU as one list of commands, with the same results to the last bit. Default true for the systems of gan-kit,
   * false for a recipe of your own, which must decide by `step.decide`, and draw by a {@link randomSource}.
   */
  replay?: boolean | undefined;
  /** Hears why steps are run anew and not replayed, once for each reason. */
  onReplayRefused?: ((why: string) => void) | undefined;
}

/** One step of a system, as its recipe sees it. */
export interface Step<Losses> {
  /** Number of steps made before this one. */
  readonly index: number;
  /**
   * Logs a loss for the report of this step.
   *
   * @param name Its key in what `trainStep` returns; a name that is noted twice keeps the later value.
   * @returns The loss itself.
   */
  readonly note: <T extends Scalar>(name: keyof Losses & string, loss: T) => T;
  /**
   * Makes a decision that changes what a step computes: whether a penalty is due, or a player moves. A recorded step is
   * replayed only where all its decisions come out the same.
   *
   * @param ask Makes the decision; asked again before each replay, so it depends on nothing but the state before.
   */
  readonly decide: <T extends boolean | number>(ask: () => T) => T;
  /**
   * Uploads a number that changes from step to step, such as the weight of a term.
   *
   * @param value Makes the number; a replayed step calls it again.
   * @returns A scalar, freed after the step.
   */
  readonly number: (value: () => number) => Scalar;
  /** Returns the value of a loss that was noted in this step: a constant, valid until the step ends. */
  readonly noted: (name: keyof Losses & string) => Scalar;
  /**
   * Returns a copy of a tensor that lives until the step ends, for samples that one loss makes and another
   * uses. Everything else that a loss makes is freed with its tape.
   */
  readonly keep: <T extends Tensor>(x: T) => T;
  /**
   * Moves players: θ ← optimizer(θ, Σ ∂termᵢ/∂θ), over the trainable weights of all of them. Their singular
   * vectors advance first; regularizers of their layers are added as terms, and constraints are applied
   * afterwards.
   *
   * Each term has its own tape, so that memory holds the activations of one term at a time.
   */
  readonly minimize: (
    players: readonly Player[],
    optimizer: Optimizer,
    ...terms: readonly (() => Scalar)[]
  ) => void;
  /**
   * Moves several players at one moment: each `minimize` in `fn` differentiates at the earlier weights, and
   * only then do all of them move.
   */
  readonly simultaneously: (fn: () => void) => void;
  /**
   * Advances the singular vectors of players before their `minimize`, which then leaves them unchanged: for
   * samples made earlier in the step with its σ.
   */
  readonly advance: (...players: readonly Player[]) => void;
}

/** The definition of one kind of system: see {@link createSystem}. */
export interface Recipe<
  Batch,
  Losses,
  Name extends string = string,
  Optimizers extends Named<Optimizer> = Named<Optimizer>,
> {
  /** A word for messages and checkpoints. A state of another system is refused. */
  readonly name: string;
  /** The networks by name; a function if they are exchanged, as in a growing network. */
  readonly networks:
    Readonly<Record<Name, LayersModel>> | (() => Readonly<Record<Name, LayersModel>>);
  readonly optimizers: Optimizers;
  /**
   * Everything else with a state, by name: random streams, pools, averages, penalties. A checkpoint holds it,
   * a failed step undoes it, and it is restored before exchanged networks. Values without a state are
   * ignored.
   */
  readonly components?: Named<unknown>;
  /** Values besides the name that a state must match: the loss, how often players move. */
  readonly identity?: Named<StateValue>;
  /** Objects that `dispose` frees: those made by the factory, none that were passed in. */
  readonly owns?: readonly Owned[];
  readonly options?: SystemOptions;
  /**
   * Refuses a batch that does not fit; returns its tensors by name, for messages. By default a batch is an
   * object of tensors.
   *
   * @param where The function that a message names.
   */
  check?(batch: Batch, where: string): Named<Tensor>;
  /**
   * Makes one step. All its changes are undone if it throws or leaves a number that is not finite.
   *
   * @param players The networks, by the names of the recipe.
   */
  step(batch: Batch, step: Step<Losses>, players: Readonly<Record<Name, Player>>): void;
}
