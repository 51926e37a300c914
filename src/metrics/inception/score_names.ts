import { fail } from '../../internal/check.js';

/**
 * Which Inception features are: `'inception-v3-2015'` those of the published weights file, byte for
 * byte; `'inception-v3'` those of the same network with other weights, or with weights from a file
 * that cannot be told to be the same.
 */
export type InceptionName = 'inception-v3-2015' | 'inception-v3';

/** What scores are called; see {@link scoreNames}. */
export interface ScoreNames {
  /** Of `frechetDistance`. */
  readonly frechetDistance: string;
  /** Of `inceptionScore`. */
  readonly inceptionScore: string;
  /** Of a squared maximum mean discrepancy with a polynomial kernel. */
  readonly kernelDistance: string;
}

/**
 * What the scores of some features may be called in a table, a report or a log.
 *
 * FID, IS and KID are names of scores with one network and its weights: of the features that
 * `inceptionFeatures` calls `'inception-v3-2015'`. Scores with any other are called by what they are,
 * and by their features: a number that goes by a name it has no right to is compared with others of
 * that name.
 *
 * @param features The name of the features: `name` of {@link InceptionFeatures}, or one of your own.
 * @returns A name for each score.
 * @throws GanKitError if it is no name.
 *
 * @example
 * ```ts
 * import { scoreNames } from 'gan-kit/metrics';
 *
 * console.log(scoreNames('inception-v3-2015').frechetDistance); // → FID
 * console.log(scoreNames('mnist-cnn').frechetDistance); // → Fréchet distance (mnist-cnn)
 * ```
 */
export function scoreNames(features: string): ScoreNames {
  if (typeof features !== 'string' || features.trim() === '')
    fail('type', 'scoreNames', 'features', 'a name', features);
  const published: InceptionName = 'inception-v3-2015';
  if (features === published)
    return { frechetDistance: 'FID', inceptionScore: 'Inception Score', kernelDistance: 'KID' };
  return {
    frechetDistance: `Fréchet distance (${features})`,
    inceptionScore: `classifier score (${features})`,
    kernelDistance: `kernel distance (${features})`,
  };
}
