import type { backend_util } from '@tensorflow/tfjs-core';
import { int, text } from './tensorflow_backend.js';
import type { OpAttr } from './tensorflow_backend.js';

/** The padding attribute of tfjs's convolutions. */
export type Padding = 'valid' | 'same' | number | backend_util.ExplicitPadding;

/**
 * Computes the pixels behind an axis that the last window reaches: less than the padding if windows do
 * not reach all of it, more if the number of windows was rounded up.
 */
export const paddingBehind = (
  size: number,
  windows: number,
  stride: number,
  window: number,
  before: number,
): number => Math.max(0, (windows - 1) * stride + window - before - size);

/** Returns the padding attributes of libtensorflow, which supports numbers only for each edge. */
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
