import { clone, keep, scalar } from '@tensorflow/tfjs-core';
import type { Scalar, Tensor } from '@tensorflow/tfjs-core';
import { checkNumber, checkTensor, fail } from '../../internal/check.js';
import { freedIfThrown } from '../../internal/freed_if_thrown.js';
import { pastValue } from '../../internal/past_value.js';
import type { Savepoint } from '../../internal/savepoint.js';
import { arrayFrom, arraysOf, checkState } from '../../internal/state.js';
import type { SavedState, Stateful } from '../../types.js';

/**
 * A number on the device that steps change and checkpoints hold: BEGAN's k, or the weight of a term that
 * is controlled during training. Nothing is read back.
 *
 * @example
 * ```ts
 * import { add } from '@tensorflow/tfjs-core';
 * import type { Scalar } from '@tensorflow/tfjs-core';
 * import { loadBackend } from 'gan-kit';
 * import { ScalarState } from 'gan-kit/training';
 *
 * await loadBackend();
 * const k = new ScalarState(0);
 * k.assign(add<Scalar>(k.value, 0.5));
 * console.log(await k.value.data()); // → Float32Array(1) [ 0.5 ]
 * ```
 */
export class ScalarState implements Stateful {
  private current: Scalar | undefined;

  /**
   * @param start The first value, a finite number.
   * @throws GanKitError if it is not.
   */
  constructor(start: number) {
    checkNumber('ScalarState', 'start', start);
    this.current = freedIfThrown(() => keep(scalar(start, 'float32')));
  }

  /** Returns the current value, float32; valid until the next `assign`, do not dispose of it. */
  get value(): Scalar {
    return this.current ?? fail('state', 'ScalarState.value', 'this', 'alive', 'a disposed number');
  }

  /**
   * Replaces the value.
   *
   * @param next float32; it stays the caller's.
   * @throws GanKitError if it is not a scalar.
   */
  assign(next: Scalar): void {
    const before = this.value;
    checkTensor('ScalarState.assign', 'next', next, { shape: [] });
    this.current = keep(clone(next));
    before.dispose();
  }

  /** @internal */
  savepoint(): Savepoint {
    const past = pastValue(this.value);
    return {
      rollback: () => {
        this.current?.dispose();
        this.current = past.take();
      },
      release: () => past.free(),
    };
  }

  /** @internal */
  heldTensors(): readonly Tensor[] {
    return [this.value];
  }

  /** Returns a copy of the value. */
  async state(): Promise<SavedState> {
    return { values: {}, arrays: await arraysOf({ value: this.value }) };
  }

  /**
   * Restores a state, bit for bit.
   *
   * @throws GanKitError if the state does not fit; nothing is changed then.
   */
  async restore(state: SavedState): Promise<void> {
    const where = 'ScalarState.restore';
    checkState(where, state);
    const { data } = arrayFrom(where, state, 'value', []);
    const restored = scalar(data[0]!, 'float32');
    this.assign(restored);
    restored.dispose();
  }

  /** Frees the number. */
  dispose(): void {
    this.current?.dispose();
    this.current = undefined;
  }
}
