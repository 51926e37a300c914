import type { backend_util } from '@tensorflow/tfjs-core';
import { int, text } from './tensorflow_backend.js';
import type { OpAttr } from './tensorflow_backend.js';

/** Padding as tfjs's convolutions are told it. */
export type Padding = 'valid' | 'same' | number | backend_util.ExplicitPadding;

/**
 * So many pixels behind an axis that the last window lies inside: what of the padding no window reaches
 * is left out, and where the number of windows was rounded up, there is more of it.
 */
export const paddingBehind = (
  size: number,
  windows: number,
  stride: number,
  window: number,
  before: number,
): number => Math.max(0, (windows - 1) * stride + window - before - size);

/** The padding of a convolution in the words of libtensorflow, which knows numbers for each edge alone. */
export function paddingAttrs(pad: Padding, conv: backend_util.Conv2DInfo): OpAttr[] {
  if (typeof pad === 'string') return [text('padding', pad.toUpperCase())];
  const { inHeight, outHeight, strideHeight, effectiveFilterHeight, padInfo } = conv;
  const { inWidth, outWidth, strideWidth, effectiveFilterWidth } = conv;
  const { top, left } = padInfo;
  const edges = [
    top,
    paddingBehind(inHeight, outHeight, strideHeight, effectiveFilterHeight, top),
    left,
    paddingBehind(inWidth, outWidth, strideWidth, effectiveFilterWidth, left),
  ];
  if (edges.every((edge) => edge === 0)) return [text('padding', 'VALID')];
  const paddings =
    conv.dataFormat === 'channelsLast' ? [0, 0, ...edges, 0, 0] : [0, 0, 0, 0, ...edges];
  return [text('padding', 'EXPLICIT'), int('explicit_paddings', paddings)];
}
