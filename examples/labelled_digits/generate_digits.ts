import { concat, slice, tidy } from '@tensorflow/tfjs-core';
import type { Tensor2D, Tensor4D } from '@tensorflow/tfjs-core';
import type { GAN } from 'gan-kit/training';

/** Makes the requested digits in batches, so that a large count does not fill the memory. */
export const generateDigits = (
  gan: GAN<Tensor4D>,
  latents: Tensor2D,
  asked: Uint8Array,
  conditionOf: (digits: Uint8Array) => Tensor2D,
  batchSize = 250,
): Tensor4D =>
  tidy(() => {
    const parts: Tensor4D[] = [];
    for (let i = 0; i < asked.length; i += batchSize) {
      const digits = asked.subarray(i, i + batchSize);
      const part = slice(latents, [i, 0], [digits.length, -1]);
      parts.push(gan.generate({ latents: part, condition: conditionOf(digits) }));
    }
    return concat(parts);
  });
