import type { Tensor } from '@tensorflow/tfjs-core';
import { fail } from '../../internal/check.js';
import type { Savepoint } from '../../internal/savepoint.js';
import { checkState, countFrom, numberFrom } from '../../internal/state.js';
import type { SavedState, Stateful } from '../../types.js';

/** How long the stages of a growing system last. */
export interface GrowthPlan {
  /** The number of stages. */
  readonly stages: number;
  /** Real images shown to each stage but the last after it has faded in. */
  readonly stableImages: readonly number[];
  /** Real images shown while the next stage fades in, of each stage but the last. */
  readonly fadeImages: readonly number[];
  /** Whether a stage ends by itself. */
  readonly bySchedule: boolean;
}

/** Where a growing system stands: its stage, and how much of the stage before is left. */
export class Growth implements Stateful {
  /** The stage, from 0 on. */
  stage = 0;
  /** The number of real images shown since the start. */
  images = 0;
  /** The number of real images shown since the stage began. */
  private shown = 0;

  constructor(private readonly plan: GrowthPlan) {}

  /** Returns t, the share of the stage before: from 1 down to 0 while the stage fades in, then 0. */
  get fade(): number {
    return this.shown < this.fadeIn ? 1 - this.shown / this.fadeIn : 0;
  }

  /** Returns whether the stage is the last one. */
  get isLast(): boolean {
    return this.stage === this.plan.stages - 1;
  }

  /** Counts real images; begins the next stage once more than its number has been shown. */
  show(count: number): void {
    this.images += count;
    this.shown += count;
    while (this.plan.bySchedule && !this.isLast && this.shown > this.length) {
      this.shown -= this.length;
      this.stage++;
    }
  }

  /** Returns whether the stage, and whether it fades in, are still the same after so many images. */
  staysAfter(count: number): boolean {
    const { stage, images, shown, fade } = this;
    try {
      this.show(count);
      return this.stage === stage && this.fade > 0 === fade > 0;
    } finally {
      Object.assign(this, { stage, images, shown });
    }
  }

  /** Begins the next stage. */
  grow(): void {
    this.stage++;
    this.shown = 0;
  }

  /** Returns the number of images while the stage fades in. */
  private get fadeIn(): number {
    return this.stage === 0 ? 0 : this.plan.fadeImages[this.stage - 1]!;
  }

  /** Returns the number of images of the stage. */
  private get length(): number {
    return this.fadeIn + this.plan.stableImages[this.stage]!;
  }

  heldTensors(): readonly Tensor[] {
    return [];
  }

  savepoint(): Savepoint {
    const { stage, images, shown } = this;
    return {
      rollback: () => void Object.assign(this, { stage, images, shown }),
      release: () => undefined,
    };
  }

  async state(): Promise<SavedState> {
    const { stage, images, shown } = this;
    return { values: { stage, images, shown }, arrays: {} };
  }

  async restore(state: SavedState): Promise<void> {
    const where = 'ProgressiveGAN.restore';
    checkState(where, state);
    const stage = countFrom(where, state, 'stage');
    const images = countFrom(where, state, 'images');
    const shown = numberFrom(where, state, 'shown');
    if (stage >= this.plan.stages)
      fail('state', where, 'stage', `less than ${this.plan.stages}, the number of stages`, stage);
    Object.assign(this, { stage, images, shown });
  }
}
