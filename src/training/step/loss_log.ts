import { clone, dispose, keep } from '@tensorflow/tfjs-core';
import type { Scalar } from '@tensorflow/tfjs-core';

/** The losses of a step, on the device until they are read. */
export class LossLog {
  /** By name, in the order in which they were noted. */
  readonly losses: Map<string, Scalar> = new Map();

  /** Notes a loss, of which it keeps a copy, and returns it. */
  note<T extends Scalar>(name: string, loss: T): T {
    this.losses.get(name)?.dispose();
    this.losses.set(name, keep(clone(loss)));
    return loss;
  }

  dispose(): void {
    dispose([...this.losses.values()]);
    this.losses.clear();
  }
}
