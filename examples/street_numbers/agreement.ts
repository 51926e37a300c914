import { argMax, dispose } from '@tensorflow/tfjs-core';
import type { Tensor2D, Tensor4D } from '@tensorflow/tfjs-core';
import type { CycleGAN } from 'gan-kit/training';
import { readClassifier } from '../mnist/read_classifier.js';
import { imageTensor, range } from '../mnist/data.js';
import { StreetClassifier } from './classifier.js';
import { streetTensor } from './domains.js';
import type { Domains } from './domains.js';

/** The share of translations that a classifier reads as the digit of the source. */
export interface Agreement {
  /** The share for digits translated to street numbers, by the classifier of street numbers. */
  readonly ab: number;
  /** The share for street numbers translated to digits, by the classifier of MNIST. */
  readonly ba: number;
}

/** The numbers of images by the digit of the source, then by the digit that was read. */
export type Confusion = number[][];

/** The results of the classifiers for translations of held-out images. */
export interface Reading extends Agreement {
  readonly count: number;
  readonly confusion: { readonly ab: Confusion; readonly ba: Confusion };
  /** The same shares for the images themselves, an upper bound for translations. */
  readonly real: { readonly a: number; readonly b: number };
}

const BATCH = 100;

/** A reader of translations, with the classifier of the target domain. */
export class Reader {
  private readonly digits = readClassifier();
  private readonly street = new StreetClassifier();

  constructor(private readonly heldOut: Domains) {}

  /** Measures the agreement over the first `count` images of each domain. */
  async read(cycle: CycleGAN, count = this.heldOut.a.count): Promise<Reading> {
    const { a, b } = this.heldOut;
    const [digitOf, numberOf] = [
      (x: Tensor4D) => this.digitLogits(x),
      (x: Tensor4D) => this.street.logits(x),
    ];
    const [fromA, fromB] = [
      (places: Int32Array) => imageTensor(a, places),
      (places: Int32Array) => streetTensor(b, places),
    ];
    const asB = (x: Tensor4D) => cycle.translate({ a: x });
    const asA = (x: Tensor4D) => cycle.translate({ b: x });
    const ab = await confusion(a.digits, count, fromA, asB, numberOf);
    const ba = await confusion(b.digits, count, fromB, asA, digitOf);
    const realA = await confusion(a.digits, count, fromA, undefined, digitOf);
    const realB = await confusion(b.digits, count, fromB, undefined, numberOf);
    return {
      count,
      ab: agreement(ab),
      ba: agreement(ba),
      confusion: { ab, ba },
      real: { a: agreement(realA), b: agreement(realB) },
    };
  }

  private digitLogits(images: Tensor4D): Tensor2D {
    const { features, logits } = this.digits.evaluate(images);
    features.dispose();
    return logits;
  }
}

async function confusion(
  digits: Uint8Array,
  count: number,
  images: (places: Int32Array) => Tensor4D,
  translate: ((images: Tensor4D) => Tensor4D) | undefined,
  logitsOf: (images: Tensor4D) => Tensor2D,
): Promise<Confusion> {
  const table = Array.from({ length: 10 }, () => Array<number>(10).fill(0));
  for (let first = 0; first < count; first += BATCH) {
    const shown = images(range(first, Math.min(BATCH, count - first)));
    const made = translate?.(shown);
    const logits = logitsOf(made ?? shown);
    const guesses = argMax(logits, 1);
    (await guesses.data()).forEach((guess, i) => table[digits[first + i]!]![guess]!++);
    dispose([shown, logits, guesses, ...(made ? [made] : [])]);
  }
  return table;
}

/** Returns the share on the diagonal. */
function agreement(table: Confusion): number {
  const right = table.reduce((sum, row, digit) => sum + row[digit]!, 0);
  return right / table.flat().reduce((sum, value) => sum + value, 0);
}
