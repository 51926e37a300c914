import type { Tensor } from '@tensorflow/tfjs-core';

/** A moment that something can go back to. One of the two is called, once. */
export interface Mark {
  /** Makes everything as it was then. */
  undo(): void;
  /** Lets go of what going back would need. */
  release(): void;
  /** The tensors that now stand where others stood then. They stay where they are. */
  moved?(): readonly Tensor[];
}

/** What can be marked. */
export interface Markable {
  mark(): Mark;
}
