import type { backend_util } from '@tensorflow/tfjs-core';
import type { Geometry } from './geometry.js';
import { paddingAttrs } from './padding.js';
import { OF_FLOATS, int, text } from './tensorflow_backend.js';
import type { OpAttr } from './tensorflow_backend.js';

/** Returns the attributes of `Conv2D` and its two gradients. */
export function convAttrs(
  conv: backend_util.Conv2DInfo,
  { pad, dataFormat = 'NHWC' }: Pick<Geometry, 'pad' | 'dataFormat'>,
): OpAttr[] {
  const each = (height: number, width: number) =>
    dataFormat === 'NHWC' ? [1, height, width, 1] : [1, 1, height, width];
  return [
    OF_FLOATS,
    int('strides', each(conv.strideHeight, conv.strideWidth)),
    ...paddingAttrs(pad, conv),
    text('data_format', dataFormat),
    int('dilations', each(conv.dilationHeight, conv.dilationWidth)),
  ];
}
