import { add, cast, clipByValue, div, floor, mul, sub, tidy } from '@tensorflow/tfjs-core';
import type { Tensor, Tensor4D } from '@tensorflow/tfjs-core';
import { resizeBilinearTF1 } from '../../ops/resize_bilinear_tf1.js';

/** The range of pixel values: 0 to 255, or −1 to 1. */
export type PixelRange = 'bytes' | 'signed';

/** The conversion of values to whole bytes; `'none'` leaves them unchanged. */
export type Quantization = 'round' | 'truncate' | 'none';

const SIZE = 299;

/**
 * Prepares images for the network of 2015: converts them to whole bytes, resizes them to 299×299 as
 * TensorFlow 1 does, and computes `(x − 128)/128`.
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
