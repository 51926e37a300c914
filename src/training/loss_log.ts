import { clone, dispose, keep } from '@tensorflow/tfjs-core';
import type { Scalar } from '@tensorflow/tfjs-core';

/** The losses of a step, on the device until they are read. */
export class LossLog {
  private readonly losses = new Map<string, Scalar>();

  /** Notes a loss, of which it keeps a copy, and returns it. */
  note<T extends Scalar>(name: string, loss: T): T {
    this.losses.get(name)?.dispose();
    this.losses.set(name, keep(clone(loss)));
    return loss;
  }

  /** The values by name, none where they are not asked for; frees them. */
  async read(asked: boolean): Promise<Record<string, number>> {
    const read: Record<string, number> = {};
    try {
      if (asked) for (const [name, loss] of this.losses) read[name] = (await loss.data())[0]!;
    } finally {
      this.dispose();
    }
    return read;
  }

  dispose(): void {
    dispose([...this.losses.values()]);
    this.losses.clear();
  }
}
