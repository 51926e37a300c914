import { ResizeNearestNeighborGrad } from '@tensorflow/tfjs-core';
import type { ResizeNearestNeighborGradAttrs, Tensor4D } from '@tensorflow/tfjs-core';
import { kernelFunc } from '../replacement.js';
import type { KernelReplacement } from '../replacement.js';
import { valuesOf } from './cpu_backend.js';
import type { CPUKernelCall } from './cpu_backend.js';

type Call = CPUKernelCall<{ images: Tensor4D; dy: Tensor4D }, ResizeNearestNeighborGradAttrs>;

/** Lists the source pixel of each resized one, along one axis. */
function sources(from: number, to: number, alignCorners: boolean): number[] {
  const corners = alignCorners && to > 1;
  const scale = corners ? (from - 1) / (to - 1) : from / to;
  const round = alignCorners ? Math.round : Math.floor;
  return Array.from({ length: to }, (_, i) => Math.min(from - 1, round(i * scale)));
}

/**
 * A kernel that adds each dy to the pixel that it was copied from. The stock kernel of the cpu
 * backend reads the second and later images of a batch at the wrong place in dy.
 */
export const resizeNearestNeighborGrad: KernelReplacement = {
  kernelName: ResizeNearestNeighborGrad,
  backendName: 'cpu',
  make: () =>
    kernelFunc(({ inputs: { images, dy }, attrs: { alignCorners }, backend }: Call) => {
      const [batch, height, width, depth] = images.shape;
      const [, tall, wide] = dy.shape;
      const rows = sources(height, tall, alignCorners);
      const columns = sources(width, wide, alignCorners);
      const outer = valuesOf(backend, dy);
      const sums = new Float64Array(images.size); // as exact as the stock kernel's
      let at = 0;
      for (let n = 0; n < batch; n++)
        for (const row of rows)
          for (const column of columns) {
            const to = ((n * height + row) * width + column) * depth;
            for (let c = 0; c < depth; c++) sums[to + c]! += outer[at++]!;
          }
      return backend.makeTensorInfo(images.shape, 'float32', Float32Array.from(sums));
    }),
};
