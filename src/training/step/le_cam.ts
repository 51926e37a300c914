import { add, mean, mul } from '@tensorflow/tfjs-core';
import type { Scalar, Tensor } from '@tensorflow/tfjs-core';
import { hostDecision } from '../../internal/host_input.js';
import { stopGradient } from '../../ops/stop_gradient.js';
import type { DiscriminatorOutputs } from '../../types.js';
import { ScalarState } from '../core/scalar_state.js';
import { leCamTerm } from './le_cam_term.js';

/** The numbers of LeCam regularization. */
export interface LeCamOptions {
  /** λ, 0 or more; default 0.3. */
  weight?: number;
  /** Decay of the averages ē_r and ē_f for each discriminator step, from 0 up to, but not including, 1; default 0.99. */
  decay?: number;
  /**
   * The last discriminator step without the term, counted from 0; before it the averages are the means of the last
   * batch; default 1000.
   */
  start?: number;
}

/** The averages of a discriminator's logits, and the term that they regularize it by. */
export class LeCam {
  /** ē_r and ē_f, by their names in a checkpoint. */
  readonly anchors: Readonly<Record<'real' | 'fake', ScalarState>> = {
    real: new ScalarState(0),
    fake: new ScalarState(0),
  };
  constructor(private readonly options: Required<LeCamOptions>) {}

  /**
   * Moves both averages to the logits, then computes λ times {@link leCamTerm}. Up to the step `start`, there is no
   * term; before it, the averages are the means of the last batch.
   *
   * @param step Returns t, discriminator steps so far.
   * @returns The term, or nothing.
   */
  terms(logits: DiscriminatorOutputs, step: () => number): [Scalar] | [] {
    const { weight, decay, start } = this.options;
    const kept = hostDecision(() => step() === 0 || step() < start) ? 0 : decay;
    for (const side of ['real', 'fake'] as const) {
      const anchor = this.anchors[side];
      anchor.assign(stopGradient(() => movedTo(anchor.value, logits[side], kept)));
    }
    if (hostDecision(() => step() <= start)) return [];
    const { real, fake } = this.anchors;
    return [mul(leCamTerm(logits, { real: real.value, fake: fake.value }), weight)];
  }

  /** Frees the averages. */
  dispose(): void {
    for (const anchor of Object.values(this.anchors)) anchor.dispose();
  }
}

/** Returns kept · ē + (1 − kept) · E[logits]. */
const movedTo = (anchor: Scalar, logits: Tensor, kept: number): Scalar =>
  add(mul(anchor, kept), mul(mean<Scalar>(logits), 1 - kept));
