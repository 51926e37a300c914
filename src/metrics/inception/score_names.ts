import { fail } from '../../internal/check.js';

/**
 * The name of Inception features: `'inception-v3-2015'` for the published weights file, byte for byte;
 * `'inception-v3'` for the same network with another weights file, or with one that could not be compared
 * with the published file.
 */
export type InceptionName = 'inception-v3-2015' | 'inception-v3';

/** The names of scores; see {@link scoreNames}. */
export interface ScoreNames {
  /** Name of the result of `frechetDistance`. */
  readonly frechetDistance: string;
  /** Name of the result of `inceptionScore`. */
  readonly inceptionScore: string;
  /** Name of the result of `kernelDistance` with a polynomial kernel, the squared maximum mean discrepancy. */
  readonly kernelDistance: string;
}

/**
 * Returns the names of the scores of given features, for a table, a report or a log.
 *
 * FID, IS and KID are the names of scores with one network and its weights: with the features that
 * `inceptionFeatures` calls `'inception-v3-2015'`. Scores with other features get descriptive names that
 * include the features. Otherwise readers would compare them with scores that have the same name and other
 * features.
 *
 * @param features Name of the features: `name` of {@link InceptionFeatures}, or one of your own.
 * @returns A name for each score.
 * @throws GanKitError if `features` is not a string or is blank.
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
    fail('type', 'scoreNames', 'features', 'a string that is not empty', features);
  const published: InceptionName = 'inception-v3-2015';
  if (features === published)
    return { frechetDistance: 'FID', inceptionScore: 'Inception Score', kernelDistance: 'KID' };
  return {
    frechetDistance: `Fréchet distance (${features})`,
    inceptionScore: `classifier score (${features})`,
    kernelDistance: `kernel distance (${features})`,
  };
}
