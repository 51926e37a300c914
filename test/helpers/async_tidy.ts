import { engine } from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';

/** `tidy` for a function that awaits: disposes of all that it made. Not for two at a time. */
export async function asyncTidy(f: () => Promise<void>): Promise<void> {
  engine().startScope();
  try {
    await f();
  } finally {
    engine().endScope();
  }
}

/** The values of a tensor; a copy, on backends that would give their own memory too. */
export async function values(x: Tensor): Promise<Float32Array> {
  return Float32Array.from(await x.data());
}
