import type { Pipeline } from '../../kernels/webgpu/runtime/webgpu_backend.js';

const numbers = new WeakMap<Pipeline, number>();
let counted = 0;

/** Returns the number of a pipeline, by which two recordings are compared. */
export function numberOf(pipeline: Pipeline): number {
  const number = numbers.get(pipeline) ?? counted++;
  numbers.set(pipeline, number);
  return number;
}
