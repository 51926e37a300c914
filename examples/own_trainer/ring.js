// The data: eight Gaussians on a ring, as in the code of Gulrajani et al. 2017; and how well samples fit.
import { add, mul, tensor2d, tidy } from '@tensorflow/tfjs-core';

const SIGMA = 0.02 / Math.SQRT2;
const MEANS = Array.from({ length: 8 }, (_, i) => {
  const angle = (2 * Math.PI * i) / 8;
  return [Math.SQRT2 * Math.cos(angle), Math.SQRT2 * Math.sin(angle)];
});

/** Points of the ring, made of standard normal noise [count, 2]. */
export function ring(noise) {
  const means = Array.from({ length: noise.shape[0] }, (_, i) => MEANS[i % 8]);
  return tidy(() => add(tensor2d(means), mul(noise, SIGMA)));
}

/** How many modes have a sample within 3σ, and the share of samples that are so near (1 is 98.9 %). */
export function quality(points) {
  const nearest = points.map(([x, y]) =>
    MEANS.findIndex(([u, v]) => Math.hypot(x - u, y - v) <= 3 * SIGMA),
  );
  const good = nearest.filter((mode) => mode >= 0);
  return { modes: new Set(good).size, highQuality: good.length / points.length };
}
