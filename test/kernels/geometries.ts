import { backend_util } from '@tensorflow/tfjs-core';
import { expect } from 'vitest';
import { fc } from '../helpers/properties.js';

type Shape4D = [number, number, number, number];

export interface Geometry {
  readonly inputShape: Shape4D;
  readonly filterShape: Shape4D;
  readonly strides: [number, number];
  readonly dilations: [number, number];
  readonly pad: 'same' | 'valid' | backend_util.ExplicitPadding;
}

export const infoOf = ({ inputShape, filterShape, strides, dilations, pad }: Geometry) =>
  backend_util.computeConv2DInfo(inputShape, filterShape, strides, dilations, pad);

interface Ranges {
  readonly size: fc.Arbitrary<number>;
  readonly kernel: fc.Arbitrary<number>;
  readonly stride: fc.Arbitrary<number>;
  readonly dilation: fc.Arbitrary<number>;
  readonly batch: fc.Arbitrary<number>;
  readonly channels: fc.Arbitrary<number>;
  /** The most multiplications of one convolution: a reference in plain loops takes 1 ns for each. */
  readonly budget: number;
}

const to = (max: number) => fc.integer({ min: 1, max });
const edge = fc.integer({ min: 0, max: 4 });

function geometriesIn({
  size,
  kernel,
  stride,
  dilation,
  batch,
  channels,
  budget,
}: Ranges): fc.Arbitrary<Geometry> {
  return (
    fc
      .record({
        image: fc.tuple(size, size),
        kernel: fc.tuple(kernel, kernel),
        strides: fc.tuple(stride, stride),
        dilations: fc.tuple(dilation, dilation),
        pad: fc.oneof(
          fc.constantFrom('same' as const, 'valid' as const),
          fc.tuple(fc.tuple(edge, edge), fc.tuple(edge, edge)),
        ),
        sizes: fc.tuple(batch, channels, channels),
        // which of the sizes are had first: the last ones are what the budget leaves
        order: fc.shuffledSubarray([0, 1, 2], { minLength: 3 }),
      })
      .map(({ image, kernel, strides, dilations, pad, sizes, order }) => {
        const ofSizes = ([batch, inChannels, outChannels]: number[]): Geometry => ({
          inputShape: [batch!, ...image, inChannels!],
          filterShape: [...kernel, inChannels!, outChannels!],
          strides,
          dilations,
          pad: typeof pad === 'string' ? pad : [[0, 0], ...pad, [0, 0]],
        });
        const { outHeight, outWidth } = infoOf(ofSizes([1, 1, 1]));
        const places = Math.max(0, outHeight) * Math.max(0, outWidth);
        let left = budget / Math.max(1, places * kernel[0] * kernel[1]);
        const fitting = [1, 1, 1];
        for (const size of order) {
          const had = Math.max(1, Math.min(sizes[size]!, Math.floor(left)));
          fitting[size] = had;
          left /= had;
        }
        return ofSizes(fitting);
      })
      // 'valid' and explicit padding may leave no place for the filter
      .filter((geometry) => infoOf(geometry).outShape.every((axis) => axis > 0))
  );
}

const ANY: Ranges = {
  size: to(13),
  kernel: to(7),
  stride: to(3),
  dilation: fc.constant(1),
  batch: fc.oneof(to(5), fc.integer({ min: 6, max: 31 }), fc.constant(32)),
  channels: fc.oneof(to(9), fc.integer({ min: 10, max: 255 }), fc.constant(256)),
  budget: 1_500_000,
};

/** Strides 1 to 3, kernels 1 to 7, every padding, odd sizes, batch 1 to 32, channels 1 to 256. */
export const geometries = geometriesIn(ANY);

/** The same with dilations 1 to 3. */
export const dilatedGeometries = geometriesIn({ ...ANY, dilation: to(3) });

/** The same for tfjs's cpu backend, which takes 0.1 µs for each multiplication. */
export const smallGeometries = geometriesIn({ ...ANY, dilation: to(3), budget: 50_000 });

/** Images and channels for which an algorithm with fewer multiplications is worth its overhead. */
export const largeGeometries = geometriesIn({
  size: fc.integer({ min: 9, max: 25 }),
  kernel: fc.constantFrom(2, 3, 4, 5, 7),
  stride: fc.constantFrom(1, 1, 1, 2, 3),
  dilation: fc.constant(1),
  batch: to(3),
  channels: fc.integer({ min: 7, max: 16 }).map((fours) => 4 * fours),
  budget: 2 ** 25,
});

/** Runs a check on many geometries. */
export async function forEachGeometry(
  drawn: fc.Arbitrary<Geometry>,
  numRuns: number,
  check: (geometry: Geometry) => Promise<void>,
): Promise<void> {
  await fc.assert(fc.asyncProperty(drawn, check), { seed: 2026, numRuns });
}

/** Runs a check on geometries that go to the ends of every range, and makes sure that they do. */
export async function throughAllRanges(
  drawn: fc.Arbitrary<Geometry>,
  check: (geometry: Geometry) => Promise<void>,
): Promise<void> {
  const met = new Set<string>();
  await forEachGeometry(drawn, 250, async (geometry) => {
    const { inputShape, filterShape, strides, pad } = geometry;
    met.add(`batch ${inputShape[0]}`);
    ['high', 'wide', 'in', 'out'].forEach((name, axis) => met.add(`${filterShape[axis]} ${name}`));
    strides.forEach((stride, axis) => met.add(`stride ${stride} of axis ${axis}`));
    met.add(typeof pad === 'string' ? pad : 'explicit padding');
    await check(geometry);
  });
  const upTo = (most: number, ...names: string[]) =>
    names.flatMap((name) => Array.from({ length: most }, (_, i) => name.replace('#', `${i + 1}`)));
  expect([...met]).toEqual(
    expect.arrayContaining([
      ...upTo(7, '# high', '# wide'),
      ...upTo(9, '# in', '# out'),
      ...upTo(3, 'stride # of axis 0', 'stride # of axis 1'),
      ...['batch 1', 'batch 32', '256 in', '256 out', 'same', 'valid', 'explicit padding'],
    ]),
  );
}

type Corner = Partial<Geometry> & Pick<Geometry, 'inputShape' | 'filterShape'>;
const corner = (geometry: Corner): Geometry => ({
  strides: [1, 1],
  dilations: [1, 1],
  pad: 'same',
  ...geometry,
});
const padded = (...edges: [[number, number], [number, number]]): Geometry['pad'] => [
  [0, 0],
  ...edges,
  [0, 0],
];

export const CORNERS: [string, Geometry][] = [
  [
    'a stride longer than the filter',
    corner({ inputShape: [2, 7, 8, 6], filterShape: [1, 2, 6, 5], strides: [3, 3] }),
  ],
  [
    'a filter that sees only padding',
    corner({
      inputShape: [2, 1, 4, 6],
      filterShape: [1, 1, 6, 3],
      strides: [3, 2],
      pad: padded([2, 0], [0, 0]),
    }),
  ],
  [
    'one channel in, many out',
    corner({ inputShape: [3, 9, 9, 1], filterShape: [5, 5, 1, 64], strides: [2, 2] }),
  ],
  [
    'padding wider than the filter',
    corner({
      inputShape: [1, 3, 5, 5],
      filterShape: [2, 2, 5, 9],
      strides: [2, 1],
      pad: padded([4, 3], [0, 3]),
    }),
  ],
  [
    'a filter of millions of elements',
    corner({ inputShape: [2, 2, 3, 210], filterShape: [5, 5, 210, 401] }),
  ],
  ['a batch of large images', corner({ inputShape: [9, 63, 65, 35], filterShape: [3, 3, 35, 2] })],
  [
    'a batch of large images of few channels',
    corner({ inputShape: [21, 65, 67, 2], filterShape: [5, 5, 2, 3] }),
  ],
  [
    'many channels to colours',
    corner({
      inputShape: [3, 96, 75, 24],
      filterShape: [7, 5, 24, 3],
      pad: padded([4, 2], [0, 3]),
    }),
  ],
  ['many channels, 2 taps', corner({ inputShape: [3, 14, 13, 128], filterShape: [2, 2, 128, 96] })],
  [
    'many channels, 3 taps',
    corner({ inputShape: [2, 17, 19, 128], filterShape: [3, 3, 128, 132] }),
  ],
  [
    'many channels, 5 taps and 3',
    corner({ inputShape: [2, 16, 15, 64], filterShape: [5, 3, 64, 68], pad: 'valid' }),
  ],
  [
    'many channels, 4 taps, stride 2',
    corner({ inputShape: [4, 16, 16, 64], filterShape: [4, 4, 64, 128], strides: [2, 2] }),
  ],
  [
    'many channels, 7 taps and 5, strides 2 and 1',
    corner({ inputShape: [3, 23, 21, 36], filterShape: [7, 5, 36, 40], strides: [2, 1] }),
  ],
  [
    'many channels, wide padding',
    corner({
      inputShape: [2, 9, 11, 64],
      filterShape: [3, 3, 64, 64],
      pad: padded([4, 1], [0, 3]),
    }),
  ],
];
