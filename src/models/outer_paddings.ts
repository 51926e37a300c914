import { fail } from '../internal/check.js';
import { checkSizes } from '../internal/image_sizes.js';
import type { TranslationShape } from './translation_plan.js';

type Sides = readonly [before: number, after: number];

/** Of the 7×7 convolutions at both ends of a residual generator, by rows and columns. */
interface OuterPaddings {
  readonly first: readonly [Sides, Sides];
  readonly last: readonly [Sides, Sides];
  /** Channels that come out. */
  readonly channels: number;
}

/** The shapes of what goes into a generator and of what comes out. */
interface Shapes {
  readonly inputShape: TranslationShape;
  readonly outputShape: readonly [number, number, number] | undefined;
  readonly outputChannels: number | undefined;
}

/** What keeps the size under a 7×7 kernel, changed by `difference` pixels in all. */
const sides = (difference: number): Sides => [
  3 + Math.floor(difference / 2),
  3 + Math.ceil(difference / 2),
];

/**
 * The reflections that make the images that are asked for, of images of another size: the first one
 * grows, the last one shrinks. The network between works on the larger of the two.
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
    // a reflection shows less than the image has, and padding is not less than none
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
