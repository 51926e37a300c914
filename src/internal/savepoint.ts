import type { Tensor } from '@tensorflow/tfjs-core';

/** A point to return to. Exactly one of the two methods is called, once. */
export interface Savepoint {
  /** Restores everything as it was then. */
  rollback(): void;
  /** Frees the memory that a rollback would need. */
  release(): void;
}

/** Something whose tensors are known: a step that changes nothing else of it but through the door of the host can be replayed. */
export interface Holder {
  /** Lists the tensors that a step may replace, always in one order. */
  heldTensors(): readonly Tensor[];
}

/** Something that can return to a savepoint. */
export interface Revertible {
  savepoint(): Savepoint;
}
