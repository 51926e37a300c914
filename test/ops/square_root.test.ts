import { grad, square, sum, tensor } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { enableSecondOrderGradients } from '../../src/gradients/enable_second_order_gradients.js';
import { squareRoot } from '../../src/ops/square_root.js';
import { BACKENDS, useBackend } from '../helpers/backends.js';

describe.each(BACKENDS)('squareRoot on %s', (backend) => {
  beforeAll(async () => {
    await useBackend(backend);
    enableSecondOrderGradients();
  });
  const x = () => tensor([0, 0.25, 4]);

  it('has the slopes of √x, and 0 at 0', async () => {
    const slope = grad(squareRoot);
    const curvature = grad((x) => sum(slope(x)));
    expect(await squareRoot(x()).data()).toBeAllclose([0, 0.5, 2]);
    expect(await slope(x()).data()).toBeAllclose([0, 1, 0.25]);
    expect(await curvature(x()).data()).toBeAllclose([0, -2, -1 / 32]);
  });

  it('of a square, where tf.sqrt is NaN, has a slope at 0', async () => {
    const slope = grad((x) => squareRoot(square(x)));
    expect(await slope(tensor([-3, 0, 3])).data()).toBeAllclose([-1, 0, 1]);
    const curvature = grad((x) => sum(slope(x)));
    expect(await curvature(tensor([-3, 0, 3])).data()).toBeAllclose([0, 0, 0], { atol: 1e-6 });
  });

  it('is NaN of a NaN, and so is its slope', async () => {
    const nan = tensor([NaN]);
    expect(await squareRoot(nan).data()).toEqual(new Float32Array([NaN]));
    expect(await grad(squareRoot)(nan).data()).toEqual(new Float32Array([NaN]));
  });
});
