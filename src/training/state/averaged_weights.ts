import { dispose, keep, tensor } from '@tensorflow/tfjs-core';
import type { NamedTensorMap, Tensor } from '@tensorflow/tfjs-core';
import { hostEffect } from '../../internal/host_input.js';
import { freeAll, pastValue, takeAll } from '../../internal/past_value.js';
import type { Savepoint } from '../../internal/savepoint.js';
import { arrayFrom, arraysOf, countFrom } from '../../internal/state.js';
import type { NamedWeight } from '../../layers/weights/named_weights.js';
import type { SavedState } from '../../types.js';

/** Averages of weights, and how often they moved. */
export class AveragedWeights {
  private averages: Tensor[];
  private count = 0;

  /** @param start The first averages, one for each weight; they are this object's from now on. */
  constructor(
    private readonly named: readonly NamedWeight[],
    start: readonly Tensor[],
  ) {
    this.averages = start.map((average) => keep(average));
  }

  /** Returns how often the averages moved. */
  get moves(): number {
    return this.count;
  }

  /** Returns the averages, valid until the next move. */
  get values(): readonly Tensor[] {
    return this.averages;
  }

  /** Returns the averages by path, valid until the next move. */
  get byPath(): NamedTensorMap {
    return Object.fromEntries(this.named.map(({ path }, i) => [path, this.averages[i]!]));
  }

  /** Replaces the averages by the next ones, which are this object's from now on. */
  move(next: readonly Tensor[]): void {
    const before = this.averages;
    this.averages = next.map((average) => keep(average));
    dispose(before);
    hostEffect(() => this.count++);
  }

  savepoint(): Savepoint {
    const { count } = this;
    const averages = this.averages.map((average) => pastValue(average));
    return {
      rollback: () => {
        dispose(this.averages);
        this.averages = takeAll(averages);
        this.count = count;
      },
      release: () => freeAll(averages),
    };
  }

  /** Returns a copy of the averages, by path, and the number of moves as `updates`. */
  async state(): Promise<SavedState> {
    const updates = this.count;
    return { values: { updates }, arrays: await arraysOf(this.byPath) };
  }

  /**
   * Restores a state; refuses one that does not fit, and changes nothing then.
   *
   * @param where The function that a message names.
   */
  restore(where: string, state: SavedState): void {
    const count = countFrom(where, state, 'updates');
    const saved = this.named.map(({ path, variable }) =>
      arrayFrom(where, state, path, variable.shape as number[]),
    );
    const averages = saved.map(({ data, shape }) =>
      keep(tensor(data.slice(), [...shape], 'float32')),
    );
    dispose(this.averages);
    this.averages = averages;
    this.count = count;
  }

  /** Frees the averages. */
  dispose(): void {
    dispose(this.averages);
    this.averages = [];
  }
}
