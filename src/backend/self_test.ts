import {
  Conv2DBackpropFilter,
  Conv2DBackpropInput,
  conv2d,
  dispose,
  engine,
  tensor4d,
  tidy,
} from '@tensorflow/tfjs-core';
import type { NamedAttrMap, NamedTensorMap, Tensor, Tensor4D } from '@tensorflow/tfjs-core';

type Shape4D = [number, number, number, number];

const IMAGE: Shape4D = [2, 3, 3, 2];
const FILTER: Shape4D = [2, 3, 2, 2];
const OUTPUT: Shape4D = [2, 2, 2, 2];
const STRIDE = 2;

// Whole numbers small enough for the half-precision textures of old phones. The stored results
// were computed in float64 by a plain loop over the definition of the convolution.
const EXPECTED = {
  'the convolution': [-16, 3, -1, -7, -28, -7, 10, -5, -16, -18, 13, -21, 11, 16, -21, 16],
  'the gradient of the input': [
    -4, 4, -7, 8, -5, 2, 2, -4, 6, -7, 2, -5, -6, 0, 13, -5, 8, -2, 7, -4, -7, -3, -4, 4, -3, 7, -4,
    -7, 2, -4, -5, 2, -2, 4, -6, 0,
  ],
  'the gradient of the filter': [
    11, 6, -15, 3, 20, 11, 8, -21, 1, -14, 4, 12, -1, -7, -5, 5, 1, 16, 1, -16, -4, 10, 0, 10,
  ],
} as const;

// Correct results are exact; a wrong one is off by at least 1.
const TOLERANCE = 0.01;

/**
 * Runs a strided convolution and both its backward passes on the current backend and compares
 * them with stored numbers.
 *
 * @throws Error that names the pass whose result is wrong
 */
export async function selfTest(): Promise<void> {
  const results = tidy(() => {
    const x = pattern(IMAGE, 7, 3, 11);
    const filter = pattern(FILTER, 5, 1, 7);
    const dy = pattern(OUTPUT, 3, 2, 5);
    const attributes = { strides: STRIDE, pad: 'same', dataFormat: 'NHWC' };
    const toInput = { ...attributes, inputShape: IMAGE };
    const toFilter = { ...attributes, filterShape: FILTER };
    return {
      'the convolution': conv2d(x, filter, STRIDE, 'same'),
      'the gradient of the input': backward(Conv2DBackpropInput, { dy, filter }, toInput),
      'the gradient of the filter': backward(Conv2DBackpropFilter, { x, dy }, toFilter),
    };
  });
  try {
    for (const [pass, result] of Object.entries(results)) {
      const expected: readonly number[] = EXPECTED[pass as keyof typeof EXPECTED];
      const values = await result.data();
      if (values.length !== expected.length)
        throw new Error(`${pass} has ${values.length} values instead of ${expected.length}`);
      expected.forEach((wanted, i) => {
        // written so that NaN fails
        if (!(Math.abs(values[i]! - wanted) <= TOLERANCE))
          throw new Error(`${pass} has ${values[i]} instead of ${wanted} at element ${i}`);
      });
    }
  } finally {
    dispose(results);
  }
}

/** Runs a backward kernel directly: only tfjs-layers fills the gradient registry. */
function backward(kernel: string, inputs: NamedTensorMap, attributes: NamedAttrMap): Tensor {
  return engine().runKernel(kernel, inputs, attributes);
}

/** Makes a tensor of the integers (i·step + start) mod modulus, centred on zero. */
function pattern(shape: Shape4D, step: number, start: number, modulus: number): Tensor4D {
  const size = shape.reduce((product, length) => product * length);
  const values = Float32Array.from(
    { length: size },
    (_, i) => ((i * step + start) % modulus) - Math.floor(modulus / 2),
  );
  return tensor4d(values, shape);
}
