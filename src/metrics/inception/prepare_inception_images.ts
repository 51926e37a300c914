import { add, cast, clipByValue, div, floor, mul, sub, tidy } from '@tensorflow/tfjs-core';
import type { Tensor, Tensor4D } from '@tensorflow/tfjs-core';
import { resizeBilinearTF1 } from '../../ops/resize_bilinear_tf1.js';

/** What values the images have: 0 to 255, or −1 to 1. */
export type PixelRange = 'bytes' | 'signed';

/** How values become whole bytes first; `'none'`: not. */
export type Quantization = 'round' | 'truncate' | 'none';

const SIZE = 299;

/**
 * Images as the network of 2015 expects them: whole bytes, resized to 299×299 as by TensorFlow 1, then
 * `(x − 128)/128`.
 */
export function prepareInceptionImages(
  images: Tensor4D,
  pixels: PixelRange,
  quantize: Quantization,
): Tensor4D {
  return tidy(() => {
    const values: Tensor = cast(images, 'float32');
    const scaled = pixels === 'bytes' ? values : mul(add(mul(values, 0.5), 0.5), 255);
    const bytes = quantized(scaled, quantize) as Tensor4D;
    return div(sub(resizeBilinearTF1(bytes, [SIZE, SIZE]), 128), 128);
  });
}

function quantized(values: Tensor, quantize: Quantization): Tensor {
  if (quantize === 'none') return values;
  return floor(clipByValue(quantize === 'round' ? add(values, 0.5) : values, 0, 255));
}
