import { add, conv2d, engine, reshape, slice, tensor4d, tidy } from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import type { ConvolutionCase } from '../cases/cases.js';
import { fill } from '../hash.js';
import { sample } from './sample.js';
import type { Subject } from './serve.js';

type Shape4D = [number, number, number, number];
const made = (shape: readonly number[], seed: number): Float32Array =>
  fill(
    shape.reduce((product, size) => product * size, 1),
    seed,
    1,
  );

/** Makes one pass of a convolution ready, on the current backend and with the registered kernels. */
export function convolution({ x, filter, stride, pass }: ConvolutionCase): Subject {
  const image = tensor4d(made(x, 1), x as Shape4D);
  const kernel = tensor4d(made(filter, 2), filter as Shape4D);
  const outShape = [x[0], Math.ceil(x[1] / stride), Math.ceil(x[2] / stride), filter[3]] as Shape4D;
  const dy = tensor4d(made(outShape, 3), outShape);
  const attrs = { strides: [stride, stride], pad: 'same', dataFormat: 'NHWC' };
  const passes: Record<ConvolutionCase['pass'], () => Tensor> = {
    forward: () => conv2d(image, kernel, stride, 'same'),
    input: () =>
      engine().runKernel(
        'Conv2DBackpropInput',
        { dy, filter: kernel },
        { ...attrs, inputShape: [...x] },
      ),
    // a new dy each time, as in training: a repeated tensor would be found already repacked
    filter: () =>
      tidy(() =>
        engine().runKernel(
          'Conv2DBackpropFilter',
          { x: image, dy: add(dy, 0) },
          { ...attrs, filterShape: [...filter] },
        ),
      ),
  };
  const compute = passes[pass];
  let last = compute();
  return {
    run: () => {
      last.dispose();
      last = compute();
    },
    // reads one element, as reading all from a GPU takes longer than computing it
    settle: async () => {
      const first = tidy(() => slice(reshape(last, [-1]), 0, 1));
      await first.data();
      first.dispose();
    },
    fingerprint: async () => sample(await last.data()),
    dispose: () => [image, kernel, dy, last].forEach((tensor) => tensor.dispose()),
  };
}
