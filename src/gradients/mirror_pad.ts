import { add, pad, reverse, slice, tidy } from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { gradFunc } from './gradient_repair.js';
import type { GradientRepair } from './gradient_repair.js';

interface MirrorPadAttrs {
  readonly paddings: [number, number][];
  readonly mode: 'reflect' | 'symmetric';
}

/**
 * Folds the mirrored borders of dy back onto the pixels that they were copied from, along one axis.
 * The mirror lies on the border pixel (reflect) or beside it (symmetric).
 */
function fold(dy: Tensor, axis: number, [before, after]: [number, number], mode: string): Tensor {
  return tidy(() => {
    const inner = dy.shape[axis]! - before - after;
    const distance = mode === 'reflect' ? 1 : 0;
    const part = (start: number, length: number) =>
      slice(
        dy,
        dy.shape.map((_, i) => (i === axis ? start : 0)),
        dy.shape.map((size, i) => (i === axis ? length : size)),
      );
    const mirrored = (start: number, length: number, at: number) =>
      pad(
        reverse(part(start, length), axis),
        dy.shape.map((_, i): [number, number] => (i === axis ? [at, inner - at - length] : [0, 0])),
      );
    let dx = part(before, inner);
    if (before > 0) dx = add(dx, mirrored(0, before, distance));
    if (after > 0) dx = add(dx, mirrored(before + inner, after, inner - distance - after));
    return dx;
  });
}

/** tfjs drops what the mirrored borders contribute. */
export const mirrorPad: GradientRepair = {
  kernelName: 'MirrorPad',
  make: () => ({
    kernelName: 'MirrorPad',
    inputsToSave: ['x'],
    gradFunc: gradFunc<MirrorPadAttrs>((dy, _, { paddings, mode }) => ({
      x: () => paddings.reduce((folded, of, axis) => fold(folded, axis, of, mode), dy),
    })),
  }),
};
