import { clone, dispose, keep } from '@tensorflow/tfjs-core';
import type { Scalar, Tensor } from '@tensorflow/tfjs-core';

/** The losses of a step, on the device until they are read, and other tensors that live until it ends. */
export class LossLog {
  /** Losses by name, in the order in which they were noted. */
  readonly losses: Map<string, Scalar> = new Map();
  private readonly kept: Tensor[] = [];

  /** Notes a loss, keeping a copy, and returns it. */
  note<T extends Scalar>(name: string, loss: T): T {
    this.losses.get(name)?.dispose();
    this.losses.set(name, keep(clone(loss)));
    return loss;
  }

  /** Returns a copy that lives until the step ends. */
  keep<T extends Tensor>(x: T): T {
    const copy = keep(clone(x));
    this.kept.push(copy);
    return copy;
  }

  dispose(): void {
    dispose([...this.losses.values(), ...this.kept.splice(0)]);
    this.losses.clear();
  }
}
