import {
  add,
  concat,
  customGrad,
  engine,
  getBackend,
  getKernel,
  mirrorPad,
  pad,
  reverse,
  slice,
  tidy,
} from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';

/** Position of the mirror: on the border pixel, which is not repeated, or beside it. */
export type MirrorMode = 'reflect' | 'symmetric';

/** Number of elements before and after, along one axis. */
type Border = readonly [before: number, after: number];

/** The name of a kernel for the whole gradient, which some backends have. */
export const MIRROR_PAD_GRAD = 'GanKitMirrorPadGrad';

/** The attributes of that kernel. */
export interface MirrorPadGradAttrs {
  readonly paddings: [number, number][];
  readonly mode: MirrorMode;
}

/** Slices a stretch of one axis. */
const part = (x: Tensor, axis: number, start: number, length: number): Tensor =>
  slice(
    x,
    x.shape.map((_, i) => (i === axis ? start : 0)),
    x.shape.map((size, i) => (i === axis ? length : size)),
  );

/** Pads with zeros before and after, along one axis. */
const framed = (x: Tensor, axis: number, before: number, after: number): Tensor =>
  pad(
    x,
    x.shape.map((_, i): [number, number] => (i === axis ? [before, after] : [0, 0])),
  );

/** Adds the mirrored borders of dy to the elements that they were copied from, along one axis. */
function fold(dy: Tensor, axis: number, [before, after]: Border, mode: MirrorMode): Tensor {
  if (before === 0 && after === 0) return dy;
  const inner = dy.shape[axis]! - before - after;
  const distance = mode === 'reflect' ? 1 : 0;
  const end = inner - distance - after; // start of the elements that were copied to the end
  const mirrored = (border: Tensor) => (border.shape[axis]! > 1 ? reverse(border, axis) : border);
  const first = mirrored(part(dy, axis, 0, before));
  const last = mirrored(part(dy, axis, before + inner, after));
  const middle = (start: number, length: number) => part(dy, axis, before + start, length);
  if (distance + before > end) {
    // some elements were copied to both borders
    const ofFirst = framed(first, axis, distance, inner - distance - before);
    return add(middle(0, inner), add(ofFirst, framed(last, axis, end, distance)));
  }
  const pieces = [
    middle(0, distance),
    add(middle(distance, before), first),
    middle(distance + before, end - distance - before),
    add(middle(end, after), last),
    middle(inner - distance, distance),
  ];
  return concat(
    pieces.filter((piece) => piece.shape[axis]! > 0),
    axis,
  );
}

/**
 * Computes the gradient of mirror padding: an element gets back the slopes of its copies.
 *
 * @param dy The gradient in the padded tensor.
 * @param paddings Elements before and after, for each axis.
 * @param mode Where the mirror lies.
 * @returns A tensor of the shape before padding; the caller owns it.
 *
 * **Differentiable:** to any order.
 */
export function foldMirrored(dy: Tensor, paddings: readonly Border[], mode: MirrorMode): Tensor {
  if (getKernel(MIRROR_PAD_GRAD, getBackend()) === undefined)
    return tidy(() =>
      paddings.reduce((folded, border, axis) => fold(folded, axis, border, mode), dy),
    );
  const attrs = { paddings: pairsOf(paddings), mode };
  return customGrad((dy) => ({
    value: engine().runKernel<Tensor>(MIRROR_PAD_GRAD, { dy: dy as Tensor }, attrs),
    gradFunc: (d: Tensor) => padByMirror(d, paddings, mode),
  }))(dy);
}

const pairsOf = (paddings: readonly Border[]) =>
  paddings.map(([before, after]): [number, number] => [before, after]);

/**
 * Pads with mirror images of the borders.
 *
 * This is `tf.mirrorPad` with a custom gradient: that of tfjs drops the contribution of the mirrored
 * borders.
 *
 * @param x Any shape.
 * @param paddings Elements before and after, for each axis; less than the axis's size for `'reflect'`,
 *   at most its size for `'symmetric'`.
 * @param mode Where the mirror lies.
 * @returns The padded tensor; the caller owns it.
 *
 * **Differentiable:** to any order.
 */
export function padByMirror(x: Tensor, paddings: readonly Border[], mode: MirrorMode): Tensor {
  return customGrad((x) => ({
    value: mirrorPad(x as Tensor, pairsOf(paddings), mode),
    gradFunc: (dy: Tensor) => foldMirrored(dy, paddings, mode),
  }))(x);
}
