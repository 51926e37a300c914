import { mean, mul } from '@tensorflow/tfjs-core';
import type { Scalar, Tensor } from '@tensorflow/tfjs-core';
import { classRows } from '../../ops/class_rows.js';
import { softmaxCrossEntropy } from '../../ops/softmax_cross_entropy.js';
import type { DiscriminatorOutputs } from '../../types.js';

/** The weights of an auxiliary classifier's cross-entropies. */
export interface ClassWeights {
  /** Of real samples and of generated ones, in the discriminator's loss. */
  readonly discriminator: { readonly real: number; readonly fake: number };
  /** Of generated samples, in the generator's loss. */
  readonly generator: number;
}

/** Notes the losses of a step, see {@link Step}. */
type Note<Name extends string> = (name: Name, loss: Scalar) => Scalar;

/**
 * Computes what an auxiliary classifier C adds to the loss of its discriminator: `w E[−log C(y | x)]` of real samples
 * and of generated ones. A term of weight 0 is left out; without a classifier there are none.
 *
 * @param logits The class logits `[batch, classes]` of both.
 * @param labels Their conditions, of which the first has the classes: numbers `[batch, 1]`, or distributions
 *   `[batch, classes]`.
 * @param note Receives each weighted term.
 */
export function discriminatorClassTerms(
  weights: ClassWeights | undefined,
  logits: DiscriminatorOutputs | undefined,
  labels: Readonly<Record<'real' | 'fake', readonly Tensor[]>>,
  note: Note<'realClass' | 'fakeClass'>,
): Scalar[] {
  const sides = ['real', 'fake'] as const;
  return sides.flatMap((side) => {
    const of = weightedTerm(weights?.discriminator[side], logits?.[side], labels[side]);
    return of.map((term) => note(`${side}Class`, term));
  });
}

/** Computes what it adds to the generator's loss: the same of generated samples. */
export const generatorClassTerms = (
  weights: ClassWeights | undefined,
  logits: Tensor | undefined,
  labels: readonly Tensor[],
  note: Note<'generatorClass'>,
): Scalar[] =>
  weightedTerm(weights?.generator, logits, labels).map((term) => note('generatorClass', term));

function weightedTerm(
  weight: number | undefined,
  logits: Tensor | undefined,
  [label]: readonly Tensor[],
): [Scalar] | [] {
  if (!weight || logits === undefined) return [];
  return [mul(crossEntropy(logits, label!), weight)];
}

/** Computes E[−log softmax(l)_y], the mean cross-entropy of logits with labels. */
export function crossEntropy(logits: Tensor, label: Tensor): Scalar {
  const labels = classRows(label, logits.shape[1]!);
  return mean<Scalar>(softmaxCrossEntropy({ labels, logits }));
}
