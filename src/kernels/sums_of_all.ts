import { engine, getBackend, getKernel } from '@tensorflow/tfjs-core';
import type { NamedTensorMap, Tensor, Tensor1D } from '@tensorflow/tfjs-core';

/** The name of a kernel that sums several tensors, which some backends have; tfjs has none. */
export const SUMS_OF_ALL = 'GanKitSumsOfAll';

/** Sums each of some tensors of float32; returns undefined if the current backend has no kernel for it. */
export function sumsOfAll(tensors: readonly Tensor[]): Tensor1D | undefined {
  if (getKernel(SUMS_OF_ALL, getBackend()) === undefined) return undefined;
  const inputs: NamedTensorMap = Object.fromEntries(tensors.map((one, i) => [`${i}`, one]));
  return engine().runKernel<Tensor1D>(SUMS_OF_ALL, inputs);
}
