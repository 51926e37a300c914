import { tidy } from '@tensorflow/tfjs-core';
import type { Scalar, Tensor } from '@tensorflow/tfjs-core';
import type { AdversarialLoss, DiscriminatorOutputs } from '../types.js';
import { checkBatch } from './check.js';

/** A loss of the logits of both sides; `real` is present if the formula may read it. */
type Formula = (logits: DiscriminatorOutputs) => Tensor;

/**
 * Makes an {@link AdversarialLoss} of two formulas: checks the logits, tidies intermediate tensors.
 *
 * @param where The factory that the user called, for error messages.
 * @param name The name for logs.
 * @param formulas The two losses; `needsReal` if the generator's formula reads `real`.
 */
export function lossPair(
  where: string,
  name: string,
  formulas: { discriminator: Formula; generator: Formula; needsReal?: boolean },
): AdversarialLoss {
  const { discriminator, generator, needsReal = false } = formulas;
  return {
    name,
    needsReal,
    discriminator: (logits) => {
      checkBatch(where, 'real', logits?.real);
      checkBatch(where, 'fake', logits.fake);
      return tidy(() => discriminator(logits) as Scalar);
    },
    generator: (logits) => {
      if (needsReal) checkBatch(where, 'real', logits?.real);
      checkBatch(where, 'fake', logits?.fake);
      return tidy(() => generator(logits as DiscriminatorOutputs) as Scalar);
    },
  };
}
