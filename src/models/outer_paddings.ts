import { fail } from '../internal/check.js';
import { checkSizes } from '../internal/image_sizes.js';
import type { TranslationShape } from './translation_plan.js';

/** The pixels of padding on both sides of one axis. */
type Sides = readonly [before: number, after: number];

/** The paddings of the first and last 7×7 convolution of a residual generator, by rows and columns. */
interface OuterPaddings {
  readonly first: readonly [Sides, Sides];
  readonly last: readonly [Sides, Sides];
  /** The number of output channels. */
  readonly channels: number;
}

/** The shapes of a generator's input and output. */
interface Shapes {
  readonly inputShape: TranslationShape;
  readonly outputShape: readonly [number, number, number] | undefined;
  readonly outputChannels: number | undefined;
}

/** Computes the padding with which a 7×7 convolution changes the size by `difference` pixels. */
const sides = (difference: number): Sides => [
  3 + Math.floor(difference / 2),
  3 + Math.ceil(difference / 2),
];

/**
 * Computes the reflection paddings that turn images of the input size into images of the output size. The first
 * padding grows the images or the last one shrinks them, so that the layers between work on the larger size.
 */
export function outerPaddings(where: string, shapes: Shapes): OuterPaddings {
  const { inputShape, outputShape, outputChannels } = shapes;
  const channels = outputChannels ?? outputShape?.[2] ?? inputShape[2];
  if (outputShape === undefined) {
    checkSizes(where, 'inputShape', inputShape, { multipleOf: 4, least: 8 });
    return { first: [sides(0), sides(0)], last: [sides(0), sides(0)], channels };
  }
  if (inputShape.includes(null))
    fail('value', where, 'outputShape', 'left out where inputShape has null', outputShape);
  const [height, width, depth] = outputShape;
  if (depth !== channels)
    fail('value', where, 'outputChannels', `outputShape's ${depth}, or left out`, outputChannels);
  const differences = [height - inputShape[0]!, width - inputShape[1]!] as const;
  const inner = [Math.max(height, inputShape[0]!), Math.max(width, inputShape[1]!), depth] as const;
  const larger = height >= inputShape[0]! ? 'outputShape' : 'inputShape';
  checkSizes(where, larger, inner, { multipleOf: 4, least: 8 });
  differences.forEach((difference, axis) => {
    const size = inputShape[axis]!;
    // reflection pads by less than the size of the image, and padding cannot be negative
    const most = 2 * (size - 4);
    if (difference < -6 || difference > most)
      fail(
        'value',
        where,
        'outputShape',
        `of ${size - 6} to ${size + most} pixels where inputShape has ${size}`,
        outputShape,
      );
  });
  return {
    first: [sides(Math.max(differences[0], 0)), sides(Math.max(differences[1], 0))],
    last: [sides(Math.min(differences[0], 0)), sides(Math.min(differences[1], 0))],
    channels,
  };
}
