import { concat, dispose, div, mean, moments, stack, tidy } from '@tensorflow/tfjs-core';
import type { Tensor, Tensor4D } from '@tensorflow/tfjs-core';
import { sampleLatents } from 'gan-kit/training';
import type { StackedGAN } from 'gan-kit/training';
import { agreementOf } from '../labelled_digits/agreement.js';
import { digitRows, labelTensor } from '../labelled_digits/labels.js';
import { DIGITS } from '../labelled_digits/recipe.js';
import type { Classifier } from '../mnist/classifier.js';
import { imageTensor, range } from '../mnist/data.js';
import type { Images } from '../mnist/data.js';
import { Judge } from '../mnist/scores.js';
import { bright, signed } from './images.js';

/** The figures of a stack. */
export interface Figures {
  /** The share of samples of all labels, made from the top, in which a separate classifier sees the label. */
  readonly asked: number;
  /** The Fréchet distance of these samples. */
  readonly frechet: number;
  /** The share of reconstructions in which it sees the digit of the image. */
  readonly kept: number;
  /** The variance of reconstructions over z_0, as a share of that of the images: the mean over pixels of both. */
  readonly variation: number;
  /** The same of samples over z_1, with a label and a z_0 for each. */
  readonly fromAbove: number;
}

/** What makes images of labels, and of images. */
type Maker = Pick<StackedGAN, 'generate' | 'reconstruct' | 'latentSizes'>;

/** How much is made for the figures. */
export interface Amounts {
  /** Number of samples of each digit. */
  readonly ofEach: number;
  /** Number of test images that are reconstructed once. */
  readonly images: number;
  /** Number of test images, and of samples, that are made `draws` times. */
  readonly varied: number;
  readonly draws: number;
}

const AMOUNTS: Amounts = { ofEach: 100, images: 1000, varied: 100, draws: 16 };
const BATCH = 250;

/** Makes things in batches, so that a large count does not fill the memory. */
const inBatches = (count: number, make: (first: number, size: number) => Tensor4D): Tensor4D =>
  tidy(() => {
    const parts: Tensor4D[] = [];
    for (let i = 0; i < count; i += BATCH) parts.push(make(i, Math.min(BATCH, count - i)));
    return concat(parts);
  });

/** A jury of stacks: a separate classifier, and the test images. */
export class Jury {
  private constructor(
    private readonly classifier: Classifier,
    private readonly judge: Judge,
    private readonly test: Images,
    private readonly amounts: Amounts,
  ) {}

  static async create(
    classifier: Classifier,
    test: Images,
    amounts: Partial<Amounts> = {},
  ): Promise<Jury> {
    const judge = await Judge.create(classifier, test);
    return new Jury(classifier, judge, test, { ...AMOUNTS, ...amounts });
  }

  async figuresOf(gan: Maker): Promise<Figures> {
    const { ofEach, images } = this.amounts;
    const asked = digitRows(ofEach);
    const samples = inBatches(asked.length, (first, size) => {
      const condition = labelTensor(asked.subarray(first, first + size));
      return signed(gan.generate({ condition, seed: first + 1 }) as Tensor4D);
    });
    const made = inBatches(images, (first, size) =>
      signed(gan.reconstruct({ images: this.shown(first, size), seed: first + 1 }) as Tensor4D),
    );
    const digits = this.test.digits.subarray(0, images);
    const figures = {
      asked: (await agreementOf(this.classifier, samples, asked)).share,
      frechet: (await this.judge.judge(samples)).frechet,
      kept: (await agreementOf(this.classifier, made, digits)).share,
      ...(await this.variationsOf(gan)),
    };
    dispose([samples, made]);
    return figures;
  }

  /** Returns test images in [0, 1]. */
  shown(first: number, count: number): Tensor4D {
    return tidy(() => bright(imageTensor(this.test, range(first, count))));
  }

  /** Returns the first test image of each digit in [0, 1]. */
  oneOfEach(): Tensor4D {
    const places = Array.from({ length: DIGITS }, (_, digit) => this.test.digits.indexOf(digit));
    return tidy(() => bright(imageTensor(this.test, places)));
  }

  private async variationsOf(gan: Maker): Promise<Pick<Figures, 'variation' | 'fromAbove'>> {
    const { varied, draws } = this.amounts;
    const latents = (level: number, seed: number) => {
      const size = gan.latentSizes[level]!;
      return sampleLatents({ count: varied, size, distribution: 'uniform01', seed });
    };
    const shares = tidy(() => {
      const images = this.shown(0, varied);
      const condition = labelTensor(Array.from({ length: varied }, (_, i) => i % DIGITS));
      const below = latents(0, draws);
      const share = (make: (seed: number) => Tensor) => {
        const made = stack(Array.from({ length: draws }, (_, seed) => make(seed)));
        return div(mean(moments(made, 0).variance), mean(moments(images, 0).variance));
      };
      return stack([
        share((seed) => gan.reconstruct({ images, seed })),
        share((seed) => gan.generate({ condition, latents: [below, latents(1, seed)] })),
      ]);
    });
    const [variation, fromAbove] = await shares.data();
    shares.dispose();
    return { variation: variation!, fromAbove: fromAbove! };
  }
}
