import { backend_util } from '@tensorflow/tfjs-core';
import fc from 'fast-check';

type Padding = 'same' | 'valid' | backend_util.ExplicitPadding;

export interface Geometry {
  readonly inputShape: [number, number, number, number];
  readonly filterShape: [number, number, number, number];
  readonly outShape: [number, number, number, number];
  readonly strides: [number, number];
  readonly pad: Padding;
}

/** The most products of one convolution: the cpu backend takes 0.1 µs for each. */
const BUDGET = 600_000;

const size = fc.integer({ min: 1, max: 13 });
const kernel = fc.integer({ min: 1, max: 7 });
const stride = fc.integer({ min: 1, max: 3 });
const edge = fc.integer({ min: 0, max: 4 });
const share = fc.double({ min: 0, max: 1, noNaN: true });

/** A number from 1 to `most`, small ones as likely as large ones. */
const upTo = (most: number, share: number) => Math.round(Math.max(1, most) ** share);

/** Strides 1 to 3, kernels 1 to 7, every padding, odd sizes, batch 1 to 32, channels 1 to 256. */
export const geometries: fc.Arbitrary<Geometry> = fc
  .record({
    image: fc.tuple(size, size),
    kernel: fc.tuple(kernel, kernel),
    strides: fc.tuple(stride, stride),
    pad: fc.oneof(
      fc.constantFrom('same' as const, 'valid' as const),
      fc.tuple(fc.tuple(edge, edge), fc.tuple(edge, edge)),
    ),
    shares: fc.tuple(share, share, share),
  })
  .map(({ image, kernel, strides, pad, shares }) => {
    const padding: Padding = typeof pad === 'string' ? pad : [[0, 0], ...pad, [0, 0]];
    const shapeOf = (batch: number, inChannels: number, outChannels: number): Geometry => {
      const inputShape: Geometry['inputShape'] = [batch, ...image, inChannels];
      const filterShape: Geometry['filterShape'] = [...kernel, inChannels, outChannels];
      const conv = backend_util.computeConv2DInfo(inputShape, filterShape, strides, 1, padding);
      return { inputShape, filterShape, outShape: conv.outShape, strides, pad: padding };
    };
    const pixels = shapeOf(1, 1, 1).outShape.reduce((a, b) => a * Math.max(b, 0), 1);
    const products = BUDGET / (pixels * kernel[0] * kernel[1]);
    const inChannels = upTo(Math.min(256, products), shares[0]);
    const outChannels = upTo(Math.min(256, products / inChannels), shares[1]);
    const batch = upTo(Math.min(32, products / (inChannels * outChannels)), shares[2]);
    return shapeOf(batch, inChannels, outChannels);
  })
  // 'valid' and explicit padding may leave no place for the filter
  .filter(({ outShape }) => outShape.every((axis) => axis > 0));
