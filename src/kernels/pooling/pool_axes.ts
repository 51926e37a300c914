import { backend_util } from '@tensorflow/tfjs-core';

/** The attributes of tfjs's pooling kernels. */
export interface PoolAttrs {
  readonly filterSize: number | number[];
  readonly strides: number | number[];
  readonly pad: 'valid' | 'same' | number;
  readonly dimRoundingMode?: 'floor' | 'round' | 'ceil';
}

/** The windows of a pooling along one axis of the image. */
export interface PoolAxis {
  readonly size: number;
  readonly windows: number;
  readonly window: number;
  readonly stride: number;
  /** Padding before the first pixel. */
  readonly before: number;
}

/** Lists the axes of a 2-D or 3-D pooling's image, without batch and channels. */
export function poolAxes(shape: readonly number[], attrs: PoolAttrs): PoolAxis[] {
  const { filterSize, strides, pad, dimRoundingMode } = attrs;
  if (shape.length === 4) {
    const p = backend_util.computePool2DInfo(
      shape as [number, number, number, number],
      filterSize as number,
      strides as number,
      1,
      pad,
      dimRoundingMode,
    );
    return [
      axis(p.inHeight, p.outHeight, p.filterHeight, p.strideHeight, p.padInfo.top),
      axis(p.inWidth, p.outWidth, p.filterWidth, p.strideWidth, p.padInfo.left),
    ];
  }
  const p = backend_util.computePool3DInfo(
    shape as [number, number, number, number, number],
    filterSize as number,
    strides as number,
    1,
    pad,
    dimRoundingMode,
  );
  return [
    axis(p.inDepth, p.outDepth, p.filterDepth, p.strideDepth, p.padInfo.front),
    axis(p.inHeight, p.outHeight, p.filterHeight, p.strideHeight, p.padInfo.top),
    axis(p.inWidth, p.outWidth, p.filterWidth, p.strideWidth, p.padInfo.left),
  ];
}

const axis = (
  size: number,
  windows: number,
  window: number,
  stride: number,
  before: number,
): PoolAxis => ({
  size,
  windows,
  window,
  stride,
  before,
});
