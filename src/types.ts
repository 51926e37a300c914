import type { Optimizer, Scalar, Tensor } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';

/** A function from a batch of samples to raw logits, of any shape `[batch, …]`. */
export type Critic<Samples extends Tensor = Tensor> = (x: Samples) => Tensor;

/** A model with one output of a statically typed rank. */
export interface ModelOf<Output extends Tensor> extends LayersModel {
  /** Runs the model at inference; the caller owns the result. */
  predict(...args: Parameters<LayersModel['predict']>): Output;
}

/** An optimizer whose step size may be set between steps, as in gan-kit's. */
export type AdjustableOptimizer = Optimizer & { learningRate: number };

/** The discriminator's raw logits for real and for generated samples. */
export interface DiscriminatorOutputs {
  readonly real: Tensor;
  readonly fake: Tensor;
}

/** The inputs of a generator loss; relativistic losses need `real` too. */
export interface GeneratorOutputs {
  readonly fake: Tensor;
  readonly real?: Tensor;
}

/** The reduction of a loss from one value per logit to its result. */
export type Reduction = 'mean' | 'sum' | 'none';

/** A pair of losses that depend on logits and labels only. */
export interface AdversarialLoss {
  /** A lower-case word for logs and reports. */
  readonly name: string;
  /** Whether `generator` reads `real`, so that a trainer must compute it. */
  readonly needsReal: boolean;
  /** Computes the discriminator's loss. The caller owns the result. */
  discriminator(logits: DiscriminatorOutputs): Scalar;
  /** Computes the generator's loss. The caller owns the result. */
  generator(logits: GeneratorOutputs): Scalar;
}

/**
 * A term added to the discriminator's loss; `compute` is unweighted, the trainer multiplies.
 *
 * At every `every`-th discriminator step the trainer adds `weight · every · compute()`: a rarer penalty is
 * stronger at each occurrence, so that its weight means the same at any interval.
 */
export interface Penalty {
  /** λ, the strength of the term at the average step. */
  readonly weight: number;
  /** The interval of the penalty in discriminator steps; 1 for every step. */
  readonly every: number;
  /**
   * The samples at which it is computed: conditioned critics are called under the condition of `'fake'`
   * samples, otherwise under that of the real ones.
   */
  readonly at?: 'interpolates' | 'real' | 'fake' | 'perturbed';
  /** Computes the unweighted term. The caller owns the result. */
  compute(critic: Critic, batch: { readonly real: Tensor; readonly fake?: Tensor }): Scalar;
}

/** A value of a state that JSON can hold. */
export type StateValue = number | string | boolean | null | readonly StateValue[];

/** An array of a state, read back from a tensor. */
export interface StateArray {
  readonly shape: readonly number[];
  readonly data: Float32Array | Int32Array;
  /** `'I64'` for integers that a file holds in 64 bits, such as PyTorch's counters. */
  readonly dtype?: 'I64';
}

/** The data that a component needs to continue exactly where it stopped. Keys are paths: `generator/conv1/kernel`. */
export interface SavedState {
  readonly values: Readonly<Record<string, StateValue>>;
  readonly arrays: Readonly<Record<string, StateArray>>;
}

/** A component whose state a checkpoint holds. */
export interface Stateful {
  /** Returns a copy of the state; later steps do not change it. */
  state(): Promise<SavedState>;
  /** Restores a state; refuses one that does not fit, without changing anything. */
  restore(state: SavedState): Promise<void>;
}

/** The building blocks of a paper, wired together; the loop stays the user's. */
export interface TrainingSystem<Batch, Losses> extends Stateful {
  readonly networks: Readonly<Record<string, LayersModel>>;
  readonly optimizers: Readonly<Record<string, Optimizer>>;
  /** Number of steps made. */
  readonly stepCount: number;
  /** Number of non-finite steps that were undone under `onNonFinite: 'skip'`. */
  readonly skipped: number;
  /** Whether `dispose` was called. */
  readonly disposed: boolean;
  /** Makes one step on one batch. */
  trainStep(batch: Batch, options?: { readonly read?: true }): Promise<Losses>;
  /**
   * Does the same; `read: false` skips the read-back of the losses, `'later'` returns those of the step before, so that
   * a GPU need not wait.
   */
  trainStep(batch: Batch, options: { readonly read?: boolean | 'later' }): Promise<Partial<Losses>>;
  /** Frees everything that the system made. */
  dispose(): void;
}
