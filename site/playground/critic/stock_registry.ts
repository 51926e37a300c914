import '@tensorflow/tfjs-backend-cpu';
import {
  getGradient,
  getKernelsForBackend,
  registerGradient,
  registerKernel,
  unregisterGradient,
  unregisterKernel,
} from '@tensorflow/tfjs-core';
import type { GradConfig } from '@tensorflow/tfjs-core';

const gradientOf = (name: string): GradConfig | undefined => getGradient(name);

/**
 * Remembers tfjs's own kernels of a backend, whose module must be imported, and tfjs's own gradients.
 *
 * @returns A function that puts them in the place of gan-kit's. Kernels that tfjs has on no backend stay, as only layers
 *   of gan-kit use them.
 */
export function rememberStock(backend: string): () => void {
  const kernels = new Map(getKernelsForBackend(backend).map((one) => [one.kernelName, one]));
  const names = new Set(
    [...getKernelsForBackend('cpu'), ...kernels.values()].map(({ kernelName }) => kernelName),
  );
  const gradients = new Map([...names].map((name) => [name, gradientOf(name)]));
  return () => {
    for (const { kernelName, ...now } of getKernelsForBackend(backend)) {
      const stock = kernels.get(kernelName);
      if (!names.has(kernelName) || stock?.kernelFunc === now.kernelFunc) continue;
      unregisterKernel(kernelName, backend);
      if (stock !== undefined) registerKernel(stock);
    }
    for (const [name, stock] of gradients) {
      const now = gradientOf(name);
      if (stock === now) continue;
      if (now !== undefined) unregisterGradient(name);
      if (stock !== undefined) registerGradient(stock);
    }
  };
}
