/** A point to return to. Exactly one of the two methods is called, once. */
export interface Savepoint {
  /** Restores everything as it was then. */
  rollback(): void;
  /** Frees the memory that a rollback would need. */
  release(): void;
}

/** Something that can return to a savepoint. */
export interface Revertible {
  savepoint(): Savepoint;
}
