/** A moment that something can go back to. One of the two is called, once. */
export interface Mark {
  /** Makes everything as it was then. */
  undo(): void;
  /** Lets go of what going back would need. */
  release(): void;
}

/** What can be marked. */
export interface Markable {
  mark(): Mark;
}
