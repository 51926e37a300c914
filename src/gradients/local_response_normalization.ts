import { add, matMul, mul, pow, reshape, square, sub, tensor2d, tidy } from '@tensorflow/tfjs-core';
import type { Tensor, Tensor2D } from '@tensorflow/tfjs-core';
import { gradFunc, isRecording, stockGradient } from './gradient_repair.js';
import type { GradientRepair } from './gradient_repair.js';

interface LRNAttrs {
  readonly depthRadius: number;
  readonly bias: number;
  readonly alpha: number;
  readonly beta: number;
}

/**
 * Computes dx = dy s^−β − 2αβ x Σ_window(dy x s^(−β−1)), with s = b + α Σ_window x² and y = x s^−β;
 * the window lies on the channels, so its sum is a product with a band of ones.
 */
function backwards(dy: Tensor, x: Tensor, attrs: LRNAttrs): Tensor {
  return tidy(() => {
    const { depthRadius, bias, alpha, beta } = attrs;
    const channels = x.shape.at(-1)!;
    const band = tensor2d(
      Array.from({ length: channels }, (_, i) =>
        Array.from({ length: channels }, (_, j) => (Math.abs(i - j) <= depthRadius ? 1 : 0)),
      ),
    );
    const pixels: Tensor2D = reshape(x, [-1, channels]);
    const outer: Tensor2D = reshape(dy, [-1, channels]);
    const s = add(mul(matMul(square(pixels), band), alpha), bias);
    const inWindow = matMul(mul<Tensor2D>(mul(outer, pixels), pow(s, -beta - 1)), band);
    const dx = sub(mul(outer, pow(s, -beta)), mul(mul(pixels, inWindow), 2 * alpha * beta));
    return reshape(dx, x.shape);
  });
}

/** The formula in place of tfjs's backward kernel, which has no gradient, if one is needed. */
export const localResponseNormalization: GradientRepair = {
  kernelName: 'LRN',
  make: (stock) => ({
    kernelName: 'LRN',
    inputsToSave: ['x'],
    outputsToSave: [true],
    gradFunc: gradFunc<LRNAttrs>((dy, [x, y], attrs) =>
      isRecording()
        ? { x: () => backwards(dy, x!, attrs) }
        : stockGradient<LRNAttrs>(stock)(dy, [x!, y!], attrs),
    ),
  }),
};
