import type { Optimizer, Scalar, Tensor } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';

/** Anything that maps a batch of samples to raw logits, of any shape `[batch, …]`. */
export type Critic<Samples extends Tensor = Tensor> = (x: Samples) => Tensor;

/** A model with one output, of which the compiler knows the rank. */
export interface ModelOf<Output extends Tensor> extends LayersModel {
  /** Runs the model at inference; the caller owns the result. */
  predict(...args: Parameters<LayersModel['predict']>): Output;
}

/** An optimizer whose step size may be set between steps, as that of gan-kit's. */
export type AdjustableOptimizer = Optimizer & { learningRate: number };

/** The discriminator's raw logits for real and for generated samples. */
export interface DiscriminatorOutputs {
  readonly real: Tensor;
  readonly fake: Tensor;
}

/** What a generator loss reads; relativistic losses need `real` too. */
export interface GeneratorOutputs {
  readonly fake: Tensor;
  readonly real?: Tensor;
}

/** How a loss goes from one value per logit to its result. */
export type Reduction = 'mean' | 'sum' | 'none';

/** A pair of losses that know logits and labels, and nothing else. */
export interface AdversarialLoss {
  /** A lower-case word for logs and reports. */
  readonly name: string;
  /** Whether `generator` reads `real`, so that a trainer knows to compute it. */
  readonly needsReal: boolean;
  /** What the discriminator minimises. The caller owns the result. */
  discriminator(logits: DiscriminatorOutputs): Scalar;
  /** What the generator minimises. The caller owns the result. */
  generator(logits: GeneratorOutputs): Scalar;
}

/**
 * A term added to the discriminator's loss; `compute` is unweighted, the trainer multiplies.
 *
 * At every `every`-th discriminator step the trainer adds `weight · every · compute()`: a penalty that
 * comes more rarely is stronger when it comes, so that its weight means the same at any interval.
 */
export interface Penalty {
  /** λ, the strength of the term at the average step. */
  readonly weight: number;
  /** How many discriminator steps lie between two at which the penalty is due; 1 is each. */
  readonly every: number;
  /**
   * At which samples it looks: with networks that are conditioned, the critic is called under the condition of
   * `'fake'` samples, else under that of the real ones.
   */
  readonly at?: 'interpolates' | 'real' | 'fake' | 'perturbed';
  /** The unweighted term. The caller owns the result. */
  compute(critic: Critic, batch: { readonly real: Tensor; readonly fake?: Tensor }): Scalar;
}

/** A value of a state that JSON can hold. */
export type StateValue = number | string | boolean | null | readonly StateValue[];

/** An array of a state, read back from a tensor. */
export interface StateArray {
  readonly shape: readonly number[];
  readonly data: Float32Array | Int32Array;
  /** `'I64'` for integers that a file holds in 64 bits, as it does PyTorch's counters. */
  readonly dtype?: 'I64';
}

/** What a component needs to go on exactly where it stopped. Keys are paths: `generator/conv1/kernel`. */
export interface SavedState {
  readonly values: Readonly<Record<string, StateValue>>;
  readonly arrays: Readonly<Record<string, StateArray>>;
}

/** A component whose state a checkpoint holds. */
export interface Stateful {
  /** A copy of the state; later steps do not change it. */
  state(): Promise<SavedState>;
  /** Goes back to a state; a state that does not fit is refused and nothing is changed. */
  restore(state: SavedState): Promise<void>;
}

/** The building blocks of a paper, wired together; the loop stays the user's. */
export interface TrainingSystem<Batch, Losses> extends Stateful {
  readonly networks: Readonly<Record<string, LayersModel>>;
  readonly optimizers: Readonly<Record<string, Optimizer>>;
  /** How many steps were made. */
  readonly stepCount: number;
  /** How many steps were undone, as they were not finite, under `onNonFinite: 'skip'`. */
  readonly skipped: number;
  /** Whether `dispose` was called. */
  readonly disposed: boolean;
  /** One step on one batch. */
  trainStep(batch: Batch, options?: { readonly read?: true }): Promise<Losses>;
  /** The same; `read: false` skips the read-back of the losses. */
  trainStep(batch: Batch, options: { readonly read?: boolean }): Promise<Partial<Losses>>;
  /** Frees what the system made. */
  dispose(): void;
}
