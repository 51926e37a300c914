import { add, gather, mul, reshape, sub, tensor1d, tidy } from '@tensorflow/tfjs-core';
import type { Tensor, Tensor4D } from '@tensorflow/tfjs-core';

/** The two source pixels that each new pixel lies between along one axis, and how far towards the second. */
interface Places {
  readonly low: Int32Array;
  readonly high: Int32Array;
  readonly fraction: Float32Array;
}

/**
 * Resizes bilinearly as TensorFlow 1 did, without antialiasing, corners or half pixels:
 *
 * `y[i] = x[l] + (x[l + 1] − x[l]) · (i·s − l)` with `s = from / to` and `l = ⌊i·s⌋`, first along the
 * columns, then along the rows; the border pixel stands in for pixels beyond it.
 *
 * `resizeBilinear` of tfjs is the same formula, but each backend rounds i·s differently, and a position
 * that is off by 1e-5 of a pixel changes a pixel between black and white by as much. Here positions are
 * float32, as they were in TensorFlow, on every backend.
 *
 * @param x [batch, height, width, channels], float32.
 * @param size The new height and width.
 * @returns [batch, ...size, channels]; the caller owns it.
 */
export function resizeBilinearTF1(x: Tensor4D, size: readonly [number, number]): Tensor4D {
  return tidy(() => along(along(x, 2, size[1]), 1, size[0]) as Tensor4D);
}

function along(x: Tensor, axis: 1 | 2, to: number): Tensor {
  const { low, high, fraction } = places(x.shape[axis]!, to);
  const before = gather(x, tensor1d(low, 'int32'), axis);
  const after = gather(x, tensor1d(high, 'int32'), axis);
  const share = reshape(tensor1d(fraction), axis === 1 ? [to, 1, 1] : [to, 1]);
  return add(before, mul(sub(after, before), share));
}

function places(from: number, to: number): Places {
  const scale = Math.fround(from / to);
  const position = Float32Array.from({ length: to }, (_, i) => i * scale);
  const low = Int32Array.from(position, Math.floor);
  const high = low.map((pixel) => Math.min(pixel + 1, from - 1));
  return { low, high, fraction: position.map((at, i) => at - low[i]!) };
}
