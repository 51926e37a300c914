import { backend_util } from '@tensorflow/tfjs-core';
import type { Tensor, Tensor4D } from '@tensorflow/tfjs-core';
import type { Padding } from './padding.js';

/** The operands of a convolution. */
export interface Images {
  readonly x: Tensor4D;
  readonly filter: Tensor4D;
}

/** The operands of a convolution with bias and activation. */
export interface Fused extends Images {
  readonly bias?: Tensor;
  readonly preluActivationWeights?: Tensor;
}

/** The movement of a filter over images. */
export interface Geometry {
  readonly strides: [number, number] | number;
  readonly pad: Padding;
  readonly dataFormat?: 'NHWC' | 'NCHW';
  readonly dimRoundingMode?: 'floor' | 'round' | 'ceil';
  /** null from tfjs's layers. */
  readonly dilations?: [number, number] | number | null;
}

export type Shape4D = [number, number, number, number];

/** Computes sizes, strides and padding of a convolution, depthwise or not. */
export const infoOf = (
  images: Shape4D,
  filter: Shape4D,
  { strides, pad, dataFormat = 'NHWC', dimRoundingMode, dilations }: Geometry,
  depthwise: boolean,
): backend_util.Conv2DInfo =>
  backend_util.computeConv2DInfo(
    images,
    filter,
    strides,
    dilations ?? 1,
    pad,
    dimRoundingMode,
    depthwise,
    backend_util.convertConv2DDataFormat(dataFormat),
  );
