/** A moment that something can go back to. One of the two is called, once. */
export interface Savepoint {
  /** Makes everything as it was then. */
  rollback(): void;
  /** Lets go of what going back would need. */
  release(): void;
}

/** What can go back to a savepoint. */
export interface Revertible {
  savepoint(): Savepoint;
}
