/** What can be measured; `'classifier'` needs an extractor with logits. */
export type Metric = 'frechet' | 'kernel' | 'precision-recall' | 'density-coverage' | 'classifier';
export const METRICS: readonly Metric[] = [
  ...(['frechet', 'kernel', 'precision-recall', 'density-coverage', 'classifier'] as const),
];

/** One number of an evaluation. */
export interface Score {
  readonly metric: Metric;
  /** What it is called, with the features it is of. */
  readonly name: string;
  readonly value: number;
  /** Over splits or subsets. */
  readonly std?: number;
  /** What it was measured with. */
  readonly settings: Readonly<Record<string, number | string>>;
}

/** A metric that was not measured. */
export interface LeftOut {
  readonly metric: Metric;
  /** Why not. */
  readonly reason: string;
}

/** What `evaluateFolders` finds. */
export interface Evaluation {
  /** Which features were compared. */
  readonly features: string;
  /** Images that were read; with a file of statistics as many as it says, or nothing. */
  readonly real?: number | undefined;
  readonly fake?: number | undefined;
  /** How many files of other kinds, such as `'.webp'`, lie in the folder of each side: these are no part of it. */
  readonly passedOver: Readonly<Record<string, Readonly<Record<string, number>>>>;
  /** Images that could not be read, and why. */
  readonly skipped: Readonly<Record<string, string>>;
  readonly scores: readonly Score[];
  /** What the numbers of images do not allow. */
  readonly leftOut: readonly LeftOut[];
  /** What makes scores doubtful. */
  readonly warnings: readonly string[];
}
