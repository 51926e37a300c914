import { engine } from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';

/** Runs an asynchronous function and disposes of all tensors that it made. Two calls must not overlap. */
export async function asyncTidy(f: () => Promise<void>): Promise<void> {
  engine().startScope();
  try {
    await f();
  } finally {
    engine().endScope();
  }
}

/** Returns a copy of the values of a tensor, also on backends that would return their own memory. */
export async function values(x: Tensor): Promise<Float32Array> {
  return Float32Array.from(await x.data());
}
