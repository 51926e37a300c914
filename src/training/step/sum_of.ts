import { add } from '@tensorflow/tfjs-core';
import type { Scalar } from '@tensorflow/tfjs-core';

/** Computes the sum of terms; a single one is returned as it is. */
export const sumOf = (first: Scalar, ...others: readonly Scalar[]): Scalar =>
  others.reduce((sum, term) => add<Scalar>(sum, term), first);
