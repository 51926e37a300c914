import { backend, engine, memory, tensor4d } from '@tensorflow/tfjs-core';
import type { NamedAttrMap, Tensor } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { installKernels } from '../../src/kernels/install.js';
import type { TensorflowBackend } from '../../src/kernels/tensorflow/tensorflow_backend.js';
import type { TiledConvolution } from '../../src/kernels/tensorflow/tiled_convolution.js';
import { convolveByTiles, filterGradientByTiles } from '../../src/kernels/tensorflow/winograd.js';
import { useBackend } from '../helpers/backends.js';
import { fc } from '../helpers/properties.js';
import { infoOf } from '../kernels/geometries.js';
import { normal, runOn } from '../kernels/on_both_backends.js';
import type { Input } from '../kernels/on_both_backends.js';
import { convolution, filterGradient, inputGradient } from '../kernels/references.js';
import { callsOf } from './calls_of.js';

interface Case {
  readonly image: [batch: number, height: number, width: number];
  readonly taps: number;
  readonly channels: [into: number, outOf: number];
  readonly edges: [top: number, bottom: number, left: number, right: number];
}

const { integer, nat, record, tuple } = fc;
const cases = record({
  image: tuple(
    integer({ min: 1, max: 3 }),
    integer({ min: 1, max: 14 }),
    integer({ min: 1, max: 14 }),
  ),
  taps: integer({ min: 2, max: 5 }),
  channels: tuple(integer({ min: 1, max: 9 }), integer({ min: 1, max: 9 })),
  edges: tuple(nat(6), nat(6), nat(6), nat(6)),
}).filter(
  ({ image: [, height, width], taps, edges: [top, bottom, left, right] }) =>
    top + height + bottom >= taps && left + width + right >= taps,
);

function planeOf({ image, taps, channels, edges }: Case) {
  const [top, bottom, left, right] = edges;
  const conv = infoOf({
    inputShape: [...image, channels[0]],
    filterShape: [taps, taps, ...channels],
    strides: [1, 1],
    dilations: [1, 1],
    pad: [
      [0, 0],
      [top, bottom],
      [left, right],
      [0, 0],
    ],
  });
  const { outHeight, outWidth } = conv;
  const [batch, height, width] = image;
  const [inChannels, outChannels] = channels;
  const forward: TiledConvolution = {
    ...{ batch, height, width, top, left, outHeight, outWidth, taps, inChannels, outChannels },
  };
  const backward: TiledConvolution = {
    ...{ batch, height: outHeight, width: outWidth, top: taps - 1 - top, left: taps - 1 - left },
    ...{ outHeight: height, outWidth: width, taps },
    ...{ inChannels: outChannels, outChannels: inChannels },
  };
  return { conv, forward, backward };
}

const made = ({ shape, values }: Input) =>
  tensor4d(values, shape as [number, number, number, number]);

const RUNS = { seed: 2027, numRuns: 150 };
/** Of sums of up to 225 products. */
const NEAR = { rtol: 1e-4, atol: 3e-5 };

describe("Winograd's algorithm on libtensorflow", () => {
  let host: TensorflowBackend;
  beforeAll(async () => {
    await useBackend('tensorflow');
    installKernels();
    host = backend() as unknown as TensorflowBackend;
  });

  it('equals the convolution and both gradients, with any padding, and leaves nothing behind', async () => {
    await useBackend('tensorflow');
    fc.assert(
      fc.property(cases, (one) => {
        const { conv, forward, backward } = planeOf(one);
        const [x, filter, dy] = [
          normal('x', conv.inShape),
          normal('filter', conv.filterShape),
          normal('dy', conv.outShape),
        ];
        const { numTensors } = memory();
        const tensors = [made(x), made(filter), made(dy)] as const;
        const y = convolveByTiles(host, forward, tensors[0], tensors[1], false);
        const dx = convolveByTiles(host, backward, tensors[2], tensors[1], true);
        const dW = filterGradientByTiles(host, forward, tensors[0], tensors[2]);
        expect([y, dx, dW].map(({ shape }) => shape)).toEqual([
          conv.outShape,
          conv.inShape,
          conv.filterShape,
        ]);
        const expected = [
          convolution(conv, x.values, filter.values),
          inputGradient(conv, dy.values, filter.values),
          filterGradient(conv, x.values, dy.values),
        ];
        [y, dx, dW].forEach((result, i) =>
          expect(result.dataSync()).toBeAllclose(expected[i]!, NEAR),
        );
        [...tensors, y, dx, dW].forEach((one) => one.dispose());
        expect(memory().numTensors).toBe(numTensors);
      }),
      RUNS,
    );
  });

  it('keeps NaN and lets none out of what no result depends on', () => {
    // the fifth column of results begins a tile that lies mostly beyond the image
    const one: Case = { image: [1, 7, 7], taps: 3, channels: [1, 1], edges: [0, 0, 0, 0] };
    const { forward } = planeOf(one);
    const values = new Float32Array(49).fill(1);
    values[0] = NaN;
    const x = tensor4d(values, [1, 7, 7, 1]);
    const filter = tensor4d(new Float32Array(9).fill(1), [3, 3, 1, 1]);
    const y = convolveByTiles(host, forward, x, filter, false);
    const results = y.dataSync();
    expect(results[0]).toBeNaN();
    // another tile has other results
    expect(results[24]).toBeCloseTo(9, 4);
    [x, filter, y].forEach((tensor) => tensor.dispose());
  });

  it('is what large convolutions of stride 1 and their gradients go by', async () => {
    const shapes = { inputShape: [1, 32, 32, 128], filterShape: [3, 3, 128, 128] } as const;
    const attrs = { strides: 1, pad: 'same', dataFormat: 'NHWC', dilations: 1, ...shapes };
    const x = normal('x', shapes.inputShape);
    const filter = normal('filter', shapes.filterShape);
    for (const [kernel, inputs] of [
      ['Conv2D', { x, filter }],
      ['Conv2DBackpropInput', { dy: x, filter }],
      ['Conv2DBackpropFilter', { x, dy: x }],
    ] as const) {
      const cpu = await runOn('cpu', kernel, inputs, attrs);
      await useBackend('tensorflow');
      const tensors = Object.entries(inputs).map(([name, input]) => [name, made(input)] as const);
      const { result, ops } = callsOf(() =>
        engine().runKernel<Tensor>(
          kernel,
          Object.fromEntries(tensors),
          attrs as unknown as NamedAttrMap,
        ),
      );
      // a sum of a thousand products and more
      expect(result.dataSync()).toBeAllclose(cpu.values, { rtol: 1e-4, atol: 1e-3 });
      expect(ops).toContain('BatchMatMulV2');
      expect(ops).not.toContain(kernel);
      [result, ...tensors.map(([, tensor]) => tensor)].forEach((one) => one.dispose());
    }
  });
});
