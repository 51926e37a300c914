import { tidy } from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { checkTensor, fail } from '../../internal/check.js';
import { list, number, oneOf } from '../../internal/option_kinds.js';
import { readOptions } from '../../internal/read_options.js';
import type { RandomSource } from '../core/condition_distribution.js';
import type { Augmentation } from './augmentation.js';
import { changeColor } from './color.js';
import { cutOut } from './cutout.js';
import { translate } from './translation.js';

/** A part of DiffAugment's policy. */
export type DiffAugmentPart = 'color' | 'translation' | 'cutout';

/** Options of {@link diffAugment}; the defaults are those of the authors' code. */
export interface DiffAugmentOptions {
  /** The changes in their order, at least one; default `['color', 'translation', 'cutout']`. */
  policy?: readonly DiffAugmentPart[];
  /** The greatest number added to all pixels or subtracted from them, 0 or more; default 0.5. */
  brightness?: number;
  /** How far the factor of each pixel's distance from its gray lies from 1, 0 or more; default 1. */
  saturation?: number;
  /** How far the factor of each pixel's distance from the image's mean lies from 1, 0 or more; default 0.5. */
  contrast?: number;
  /** The greatest shift as a part of height and width, from 0 to 1; default 0.125. */
  translation?: number;
  /** The side of the hole as a part of height and width, from 0 to 1; default 0.5. */
  cutout?: number;
}

const PARTS: readonly DiffAugmentPart[] = ['color', 'translation', 'cutout'];

/**
 * Makes DiffAugment, which lets a discriminator see real and generated images through random changes, so that it
 * cannot learn few images by heart.
 *
 * ```
 * color         x ← x + β                        β ~ U(−½, ½)
 *               x ← m + (x − m) s                s ~ U(0, 2),   m the mean of each pixel's channels
 *               x ← m + (x − m) k                k ~ U(½, 1½),  m the mean of the image
 * translation   shifted by up to ⌊size/8 + ½⌋ whole pixels down or up and right or left, and filled with zeros
 * cutout        a hole of ⌊size/2 + ½⌋ pixels is set to zero; the border cuts it off
 * ```
 *
 * Each image has numbers of its own, and each part of the policy happens always. Zero is the gray of images in
 * [−1, 1]. Nothing is clipped: color may leave the range. On one channel saturation does nothing.
 *
 * Pass it as `augment` to {@link createGAN}.
 *
 * **Differentiable:** in the images, to any order.
 *
 * @param options See {@link DiffAugmentOptions}.
 * @returns The augmentation of images `[batch, height, width, channels]`.
 * @throws GanKitError if an option is out of range.
 *
 * @example
 * ```ts
 * import { ones } from '@tensorflow/tfjs-core';
 * import { loadBackend } from 'gan-kit';
 * import { diffAugment, randomSource } from 'gan-kit/training';
 *
 * await loadBackend();
 * const augment = diffAugment({ policy: ['translation', 'cutout'] });
 * const seen = augment.transform(ones([4, 32, 32, 1]), randomSource({ seed: 1 }));
 * ```
 *
 * @see Zhao et al. 2020, arXiv 2006.10738, section 3.2; the changes as in DiffAugment_pytorch.py of the authors
 */
export function diffAugment(options: DiffAugmentOptions = {}): Augmentation {
  const { policy, translation, cutout, ...color } = readOptions('diffAugment', options, {
    policy: list(oneOf(PARTS), { default: PARTS, min: 1, name: 'an array of at least one change' }),
    brightness: number({ min: 0, default: 0.5 }),
    saturation: number({ min: 0, default: 1 }),
    contrast: number({ min: 0, default: 0.5 }),
    translation: number({ min: 0, max: 1, default: 0.125 }),
    cutout: number({ min: 0, max: 1, default: 0.5 }),
  });
  const changes: Readonly<Record<DiffAugmentPart, (x: Tensor, random: RandomSource) => Tensor>> = {
    color: (x, random) => changeColor(x, color, random),
    translation: (x, random) => translate(x, translation, random),
    cutout: (x, random) => cutOut(x, cutout, random),
  };
  return {
    transform(x, random) {
      const where = 'diffAugment.transform';
      checkTensor(where, 'x', x, { rank: 4 });
      if (typeof random?.uniformValues !== 'function')
        fail('type', where, 'random', 'a source such as randomSource()', random);
      return tidy(() => policy.reduce((images, part) => changes[part](images, random), x));
    },
  };
}
