import type { io } from '@tensorflow/tfjs-core';

const float = { dtype: { type: 'DT_FLOAT' } };
const type = { T: { type: 'DT_FLOAT' } };
const sizes = (shape: readonly number[]) => ({ dim: shape.map((size) => ({ size: `${size}` })) });

/** Makes a GraphModel in tfjs's format: `images` [n, 4, 4, 3], `conv` of 1 × 1, `act`, its ReLU, and `filter`. */
export function graphModel(filter: Float32Array): io.ModelArtifacts {
  const shape = [1, 1, 3, filter.length / 3];
  const ones = { list: { i: ['1', '1', '1', '1'] } };
  const convolution = {
    ...{ ...type, strides: ones, dilations: ones },
    padding: { s: btoa('VALID') },
    data_format: { s: btoa('NHWC') },
  };
  return {
    format: 'graph-model',
    modelTopology: {
      node: [
        {
          ...{ name: 'images', op: 'Placeholder' },
          attr: { ...float, shape: { shape: sizes([-1, 4, 4, 3]) } },
        },
        {
          ...{ name: 'filter', op: 'Const' },
          attr: { ...float, value: { tensor: { dtype: 'DT_FLOAT', tensorShape: sizes(shape) } } },
        },
        { name: 'conv', op: 'Conv2D', input: ['images', 'filter'], attr: convolution },
        { name: 'act', op: 'Relu', input: ['conv'], attr: type },
      ],
      library: {},
      versions: {},
    },
    weightSpecs: [{ name: 'filter', shape, dtype: 'float32' }],
    weightData: filter.slice().buffer,
  };
}
