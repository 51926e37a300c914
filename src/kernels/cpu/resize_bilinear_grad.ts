import { ResizeBilinearGrad } from '@tensorflow/tfjs-core';
import type { KernelFunc, Tensor4D } from '@tensorflow/tfjs-core';
import type { KernelReplacement } from '../replacement.js';

/** The gradient of bilinear resizing on cpu; the stock kernel's result is as high as the image is wide. */
export const resizeBilinearGrad: KernelReplacement = {
  kernelName: ResizeBilinearGrad,
  backendName: 'cpu',
  make: (stock) =>
    ((call: { inputs: { images: Tensor4D } }) => ({
      ...stock(call),
      shape: call.inputs.images.shape,
    })) as unknown as KernelFunc,
};
