import { backend_util } from '@tensorflow/tfjs-core';

/** What tfjs's pooling kernels are told. */
export interface PoolAttrs {
  readonly filterSize: number | number[];
  readonly strides: number | number[];
  readonly pad: 'valid' | 'same' | number;
  readonly dimRoundingMode?: 'floor' | 'round' | 'ceil';
}

/** Where the windows of a pooling lie along one axis of the image. */
export interface PoolAxis {
  readonly size: number;
  readonly windows: number;
  readonly window: number;
  readonly stride: number;
  /** Padding before the first pixel. */
  readonly before: number;
}

/** The axes of the image, without batch and channels, of a pooling in two or three dimensions. */
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
