import type { Optimizer, Scalar, Tensor } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { StateValue } from '../../types.js';
import type { GradientMonitor } from '../gradient_monitor.js';
import type { Player } from './player.js';

/** Things by their names. */
export type Named<T> = Readonly<Record<string, T>>;

/** What a system may own. */
export interface Owned {
  /** Frees what it holds. */
  dispose(): void;
}

/** Options that every system has. */
export interface SystemOptions {
  /** Watches the norm of each layer's gradient. The caller keeps ownership. */
  monitor?: GradientMonitor | undefined;
  /**
   * When spectrally normalized layers iterate: `'step'`, the default, once per step of their network,
   * so that real, fake, penalty and generator passes share one σ; `'call'`, at every pass in
   * training mode, as torch does.
   */
  powerIteration?: 'step' | 'call' | undefined;
  /**
   * What happens at a step after which a loss or a weight is a NaN or infinite, and which is undone:
   * `'throw'`, the default, an error that names it; `'skip'` counts it in `skipped` and goes on.
   */
  onNonFinite?: 'throw' | 'skip' | undefined;
}

/** One step of a system, as its recipe writes it. */
export interface Step<Losses> {
  /** How many steps were made before this one. */
  readonly index: number;
  /**
   * Logs a loss for the report of this step.
   *
   * @param name Its key in what `trainStep` returns; a name that is noted twice keeps the later value.
   * @returns The loss itself.
   */
  readonly note: <T extends Scalar>(name: keyof Losses & string, loss: T) => T;
  /** Returns the value of a loss that was noted in this step: a constant, valid until the step ends. */
  readonly noted: (name: keyof Losses & string) => Scalar;
  /**
   * Returns a copy of a tensor that lives until the step ends: of samples that one loss makes and another sees.
   * Everything else that a loss makes is freed with its tape.
   */
  readonly keep: <T extends Tensor>(x: T) => T;
  /**
   * Moves players: θ ← optimizer(θ, Σ ∂termᵢ/∂θ), over the trainable weights of all of them. Their singular
   * vectors advance first; regularizers of their layers are terms too, and constraints hold afterwards.
   *
   * Each term has a tape of its own, so that memory holds the activations of one term at a time.
   */
  readonly minimize: (
    players: readonly Player[],
    optimizer: Optimizer,
    ...terms: readonly (() => Scalar)[]
  ) => void;
  /**
   * Makes the moves of several players at one moment: each `minimize` in `fn` differentiates at the weights of
   * before, and only then do all of them move.
   */
  readonly simultaneously: (fn: () => void) => void;
  /**
   * Advances the singular vectors of players ahead of their `minimize`, which then leaves them: for samples
   * that are made before it with the σ of this step.
   */
  readonly advance: (...players: readonly Player[]) => void;
}

/** What makes one system differ from another: see {@link createSystem}. */
export interface Recipe<
  Batch,
  Losses,
  Name extends string = string,
  Optimizers extends Named<Optimizer> = Named<Optimizer>,
> {
  /** A word for messages and checkpoints. A state of another system is refused. */
  readonly name: string;
  /** The networks by name; a function where they are exchanged, as in a growing network. */
  readonly networks:
    Readonly<Record<Name, LayersModel>> | (() => Readonly<Record<Name, LayersModel>>);
  readonly optimizers: Optimizers;
  /**
   * Everything else that has a state, by name: random streams, pools, averages, penalties. A checkpoint holds
   * it, a failed step undoes it, and it is restored before networks that are exchanged. What has no state is
   * passed over.
   */
  readonly components?: Named<unknown>;
  /** What a state must agree with beside the name: the loss, how often players move. */
  readonly identity?: Named<StateValue>;
  /** What `dispose` frees: what the factory made, and nothing that was passed in. */
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
   * Makes one step. If it throws, or leaves a number that is not finite, all that it changed is undone.
   *
   * @param players The networks, by the names of the recipe.
   */
  step(batch: Batch, step: Step<Losses>, players: Readonly<Record<Name, Player>>): void;
}
