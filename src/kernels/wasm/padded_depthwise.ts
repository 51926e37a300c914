import { backend_util } from '@tensorflow/tfjs-core';
import type { DepthwiseConv2dNativeAttrs, Tensor } from '@tensorflow/tfjs-core';

interface Call {
  readonly inputs: { readonly x: Tensor; readonly filter?: Tensor };
  readonly attrs: object;
}
type Attrs = Pick<DepthwiseConv2dNativeAttrs, 'strides' | 'pad'> &
  Partial<DepthwiseConv2dNativeAttrs>;
type Shape = [number, number, number, number];

/**
 * Replaces the padding 'same' of a depthwise convolution's call by numbers. Stock wasm's 'same'
 * makes zeros if windows are smaller than their stride and the last one ends before the image.
 */
export function paddedDepthwise<C extends Call>(call: C): C {
  const { inputs, attrs } = call;
  const { strides, pad, dilations } = attrs as Attrs;
  if (pad !== 'same' || inputs.filter === undefined) return call;
  const { padInfo } = backend_util.computeConv2DInfo(
    inputs.x.shape as Shape,
    inputs.filter.shape as Shape,
    strides,
    dilations ?? 1, // null from tfjs's layers
    pad,
    undefined,
    true,
  );
  const { top, bottom, left, right } = padInfo;
  const sides = [
    [0, 0],
    [top, bottom],
    [left, right],
    [0, 0],
  ];
  return { ...call, attrs: { ...attrs, pad: sides } };
}
