import { conv2d, conv3d, depthwiseConv2d } from '@tensorflow/tfjs-core';
import type { Tensor4D, Tensor5D } from '@tensorflow/tfjs-core';
import { gradFunc, runKernel } from './gradient_repair.js';
import type { GradientRepair } from './gradient_repair.js';

/*
 * A convolution y = x * w is linear in both, and so are its two backward kernels:
 *
 *   dx = backpropInput(dy, w)     dw = backpropFilter(x, dy)
 *
 * The gradient of each consists of the other two: for a change e of dx, that of dy is e * w and that
 * of w is backpropFilter(e, dy); for a change e of dw, that of x is backpropInput(dy, e) and that of
 * dy is x * e.
 */

interface Conv2DAttrs {
  readonly strides: [number, number] | number;
  readonly pad:
    | 'valid'
    | 'same'
    | number
    | [[number, number], [number, number], [number, number], [number, number]];
  readonly dataFormat: 'NHWC' | 'NCHW';
  readonly dimRoundingMode?: 'floor' | 'round' | 'ceil';
}

/** The gradient of Conv2DBackpropFilter; tfjs has only that of Conv2DBackpropInput. */
const conv2dBackpropFilter: GradientRepair = {
  kernelName: 'Conv2DBackpropFilter',
  make: () => ({
    kernelName: 'Conv2DBackpropFilter',
    inputsToSave: ['x', 'dy'],
    gradFunc: gradFunc<Conv2DAttrs>((ddw, [x, dy], attrs) => {
      const { strides, pad, dataFormat, dimRoundingMode } = attrs;
      const options = { strides, pad, dataFormat, dimRoundingMode };
      return {
        x: () =>
          runKernel(
            'Conv2DBackpropInput',
            { dy: dy!, filter: ddw },
            { ...options, inputShape: x!.shape },
          ),
        dy: () =>
          conv2d(x as Tensor4D, ddw as Tensor4D, strides, pad, dataFormat, 1, dimRoundingMode),
      };
    }),
  }),
};

interface DepthwiseAttrs {
  readonly strides: [number, number] | number;
  readonly pad: 'valid' | 'same' | number;
  readonly dilations: [number, number] | number;
  readonly dimRoundingMode?: 'floor' | 'round' | 'ceil';
}

const depthwise = (x: Tensor4D, filter: Tensor4D, attrs: DepthwiseAttrs) =>
  depthwiseConv2d(
    x,
    filter,
    attrs.strides,
    attrs.pad,
    'NHWC',
    attrs.dilations,
    attrs.dimRoundingMode,
  );

const depthwiseOptions = ({ strides, pad, dilations, dimRoundingMode }: DepthwiseAttrs) => ({
  strides,
  pad,
  dilations,
  dimRoundingMode,
});

const depthwiseBackpropInput: GradientRepair = {
  kernelName: 'DepthwiseConv2dNativeBackpropInput',
  make: () => ({
    kernelName: 'DepthwiseConv2dNativeBackpropInput',
    inputsToSave: ['dy', 'filter'],
    gradFunc: gradFunc<DepthwiseAttrs>((ddx, [dy, filter], attrs) => ({
      dy: () => depthwise(ddx as Tensor4D, filter as Tensor4D, attrs),
      filter: () =>
        runKernel(
          'DepthwiseConv2dNativeBackpropFilter',
          { x: ddx, dy: dy! },
          { ...depthwiseOptions(attrs), filterShape: filter!.shape },
        ),
    })),
  }),
};

const depthwiseBackpropFilter: GradientRepair = {
  kernelName: 'DepthwiseConv2dNativeBackpropFilter',
  make: () => ({
    kernelName: 'DepthwiseConv2dNativeBackpropFilter',
    inputsToSave: ['x', 'dy'],
    gradFunc: gradFunc<DepthwiseAttrs>((ddw, [x, dy], attrs) => ({
      x: () =>
        runKernel(
          'DepthwiseConv2dNativeBackpropInput',
          { dy: dy!, filter: ddw },
          { ...depthwiseOptions(attrs), inputShape: x!.shape },
        ),
      dy: () => depthwise(x as Tensor4D, ddw as Tensor4D, attrs),
    })),
  }),
};

interface Conv3DAttrs {
  readonly strides: [number, number, number] | number;
  readonly pad: 'valid' | 'same';
}

const conv3dBackpropInput: GradientRepair = {
  kernelName: 'Conv3DBackpropInputV2',
  make: () => ({
    kernelName: 'Conv3DBackpropInputV2',
    inputsToSave: ['dy', 'filter'],
    gradFunc: gradFunc<Conv3DAttrs>((ddx, [dy, filter], { strides, pad }) => ({
      dy: () => conv3d(ddx as Tensor5D, filter as Tensor5D, strides, pad),
      filter: () =>
        runKernel(
          'Conv3DBackpropFilterV2',
          { x: ddx, dy: dy! },
          { strides, pad, filterShape: filter!.shape },
        ),
    })),
  }),
};

const conv3dBackpropFilter: GradientRepair = {
  kernelName: 'Conv3DBackpropFilterV2',
  make: () => ({
    kernelName: 'Conv3DBackpropFilterV2',
    inputsToSave: ['x', 'dy'],
    gradFunc: gradFunc<Conv3DAttrs>((ddw, [x, dy], { strides, pad }) => ({
      x: () =>
        runKernel(
          'Conv3DBackpropInputV2',
          { dy: dy!, filter: ddw },
          { strides, pad, inputShape: x!.shape },
        ),
      dy: () => conv3d(x as Tensor5D, ddw as Tensor5D, strides, pad),
    })),
  }),
};

/** The backward kernels of plain, depthwise and three-dimensional convolutions. */
export const convolutions: readonly GradientRepair[] = [
  conv2dBackpropFilter,
  depthwiseBackpropInput,
  depthwiseBackpropFilter,
  conv3dBackpropInput,
  conv3dBackpropFilter,
];
