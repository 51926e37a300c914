import { describe, expect, it } from 'vitest';
import { fc } from '../helpers/properties.js';
import {
  CORNERS,
  dilatedGeometries,
  forEachGeometry,
  geometries,
  infoOf,
} from '../kernels/geometries.js';
import type { Geometry } from '../kernels/geometries.js';
import { normal, runOn } from '../kernels/on_both_backends.js';
import { ACTIVATIONS, convolution, filterGradient, inputGradient } from '../kernels/references.js';

const attrsOf = ({ strides, dilations, pad }: Geometry) => ({
  ...{ strides, dilations, pad },
  dataFormat: 'NHWC',
});

async function expectConvolution(geometry: Geometry): Promise<void> {
  const conv = infoOf(geometry);
  const x = normal('x', geometry.inputShape);
  const filter = normal('filter', geometry.filterShape);
  const y = await runOn('tensorflow', 'Conv2D', { x, filter }, attrsOf(geometry));
  expect(y.shape).toEqual(conv.outShape);
  expect(y.values).toBeAllclose(convolution(conv, x.values, filter.values), { rtol: 1e-5 });
}

async function expectGradients(geometry: Geometry): Promise<void> {
  const { inputShape, filterShape } = geometry;
  const conv = infoOf(geometry);
  const [x, dy, filter] = [
    normal('x', inputShape),
    normal('dy', conv.outShape),
    normal('filter', filterShape),
  ];
  const attrs = { ...attrsOf(geometry), inputShape, filterShape };
  const dx = await runOn('tensorflow', 'Conv2DBackpropInput', { dy, filter }, attrs);
  expect(dx.shape).toEqual(inputShape);
  expect(dx.values).toBeAllclose(inputGradient(conv, dy.values, filter.values), { rtol: 1e-5 });
  const dW = await runOn('tensorflow', 'Conv2DBackpropFilter', { x, dy }, attrs);
  expect(dW.shape).toEqual(filterShape);
  expect(dW.values).toBeAllclose(filterGradient(conv, x.values, dy.values), { rtol: 1e-5 });
}

describe('convolutions on libtensorflow', () => {
  it('are right on any geometry, dilated too', async () => {
    await forEachGeometry(dilatedGeometries, 100, expectConvolution);
  });

  it('have right gradients on any geometry', async () => {
    await forEachGeometry(geometries, 100, expectGradients);
  });

  // those whose geometry is a corner, not their size
  it.each(CORNERS.slice(0, 4))('%s', async (_, geometry) => {
    await expectConvolution(geometry);
    await expectGradients(geometry);
  });

  it.each([
    ['few channels in', [2, 9, 8, 3], [4, 3, 3, 17], 2],
    ['few results', [2, 9, 8, 17], [4, 3, 17, 2], 1],
    ['one result', [1, 5, 6, 64], [4, 4, 64, 1], 1],
    ['many channels', [1, 7, 7, 20], [3, 4, 20, 24], 1],
  ] as const)('have right gradients with padding and %s', async (_, inputShape, filterShape, s) => {
    await expectGradients({
      inputShape: [...inputShape],
      filterShape: [...filterShape],
      strides: [s, s],
      dilations: [1, 1],
      pad: [
        [0, 0],
        [1, 2],
        [2, 0],
        [0, 0],
      ],
    });
  });

  it('take a bias and every activation', async () => {
    for (const activation of Object.keys(ACTIVATIONS)) {
      const geometry: Geometry = {
        inputShape: [2, 5, 6, 3],
        filterShape: [3, 2, 3, 4],
        strides: [2, 1],
        dilations: [1, 1],
        pad: [
          [0, 0],
          [1, 2],
          [0, 1],
          [0, 0],
        ],
      };
      const conv = infoOf(geometry);
      const x = normal('x', geometry.inputShape);
      const filter = normal('filter', geometry.filterShape);
      const bias = normal('bias', [4]);
      const slopes = normal('slopes', [4]);
      const y = await runOn(
        'tensorflow',
        'FusedConv2D',
        { x, filter, bias, ...(activation === 'prelu' && { preluActivationWeights: slopes }) },
        { ...attrsOf(geometry), activation, leakyreluAlpha: 0.3 },
      );
      const expected = convolution(conv, x.values, filter.values).map((sum, i) =>
        ACTIVATIONS[activation]!(
          sum + bias.values[i % 4]!,
          activation === 'prelu' ? slopes.values[i % 4]! : 0.3,
        ),
      );
      expect(y.values).toBeAllclose(expected, { rtol: 1e-5 });
    }
  });
});

describe('depthwise convolutions on libtensorflow', () => {
  const to = (max: number) => fc.integer({ min: 1, max });
  const edges = fc.tuple(fc.nat(4), fc.nat(4));
  const drawn = fc
    .record({
      image: fc.tuple(to(3), to(11), to(11), to(9)),
      kernel: fc.tuple(to(5), to(5)),
      multiplier: to(3),
      stride: to(3),
      dilations: fc.tuple(to(3), to(3)),
      pad: fc.oneof(
        fc.constantFrom('same' as const, 'valid' as const),
        fc.tuple(edges, edges).map((both): Geometry['pad'] => [[0, 0], ...both, [0, 0]]),
      ),
    })
    .map(({ image, kernel, multiplier, stride, dilations, pad }): Geometry => ({
      inputShape: image,
      filterShape: [...kernel, image[3], multiplier],
      strides: [stride, stride],
      dilations: stride === 1 ? dilations : [1, 1],
      pad,
    }));
  const shapeOf = (geometry: Geometry) => {
    const { outShape } = infoOf({
      ...geometry,
      filterShape: [...geometry.filterShape.slice(0, 3), 1] as [number, number, number, number],
    });
    return [...outShape.slice(0, 3), geometry.filterShape[2] * geometry.filterShape[3]];
  };
  const RUNS = { seed: 2026, numRuns: 100 };

  it.each([
    ['DepthwiseConv2dNative', ['x', 'filter']],
    ['DepthwiseConv2dNativeBackpropInput', ['dy', 'filter']],
    ['DepthwiseConv2dNativeBackpropFilter', ['x', 'dy']],
  ] as const)('%s equals cpu', async (kernel, names) => {
    await fc.assert(
      fc.asyncProperty(drawn, async (geometry) => {
        const { inputShape, filterShape, strides, dilations, pad } = geometry;
        const isGradient = kernel.includes('Backprop');
        // tfjs has no gradient of a dilated one, and the cpu kernels leave dilations out of account
        fc.pre(!isGradient || dilations.every((d) => d === 1));
        const shapes = { x: inputShape, filter: filterShape, dy: shapeOf(geometry) };
        fc.pre(shapes.dy.every((axis) => axis > 0));
        const inputs = Object.fromEntries(names.map((name) => [name, normal(name, shapes[name])]));
        const attrs = { strides, dilations, pad, inputShape, filterShape };
        const cpu = await runOn('cpu', kernel, inputs, attrs);
        const { shape, values } = await runOn('tensorflow', kernel, inputs, attrs);
        expect(shape).toEqual(cpu.shape);
        expect(values).toBeAllclose(cpu.values, { rtol: 1e-5, atol: 1e-6 });
      }),
      RUNS,
    );
  });
});
