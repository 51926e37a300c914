/** A metric of `evaluateFolders`; `'classifier'` needs an extractor with logits. */
export type Metric = 'frechet' | 'kernel' | 'precision-recall' | 'density-coverage' | 'classifier';
export const METRICS: readonly Metric[] = [
  ...(['frechet', 'kernel', 'precision-recall', 'density-coverage', 'classifier'] as const),
];

/** One number of an evaluation. */
export interface Score {
  readonly metric: Metric;
  /** The name of the score, such as `'FID'` or `'precision'`; see `scoreNames`. */
  readonly name: string;
  readonly value: number;
  /** The standard deviation over splits or subsets. */
  readonly std?: number;
  /** The options with which it was measured. */
  readonly settings: Readonly<Record<string, number | string>>;
}

/** A metric that was not measured. */
export interface LeftOut {
  readonly metric: Metric;
  /** The reason, such as `'the extractor has no logits'`. */
  readonly reason: string;
}

/** The result of `evaluateFolders`. */
export interface Evaluation {
  /** The name of the features that were compared. */
  readonly features: string;
  /** Number of real images that were read; for a file of statistics the number in it, undefined if it has none. */
  readonly real?: number | undefined;
  readonly fake?: number | undefined;
  /** Numbers of files of other kinds, such as `'.webp'`, in the folder of each side; these are not evaluated. */
  readonly passedOver: Readonly<Record<string, Readonly<Record<string, number>>>>;
  /** The images that could not be read, by path, with the reason. */
  readonly skipped: Readonly<Record<string, string>>;
  readonly scores: readonly Score[];
  /** The metrics that could not be measured. */
  readonly leftOut: readonly LeftOut[];
  /** Sentences that say why scores are doubtful. */
  readonly warnings: readonly string[];
}
