import { checkNumber } from '../../internal/check.js';
import { integer } from '../../internal/option_kinds.js';
import { readOptions } from '../../internal/read_options.js';

/** Options of {@link linearDecay}. */
export interface LinearDecayOptions {
  /** Epochs at the full rate, 0 or more; CycleGAN and pix2pix have 100. */
  epochs: number;
  /** Epochs over which the rate then falls to 0, 0 or more; CycleGAN and pix2pix have 100. */
  decayEpochs: number;
  /** The epoch that count 0 stands for, 1 or more; default 1. */
  start?: number;
}

/**
 * Makes a factor on the learning rate that stays 1 and then falls linearly to 0, as in the reference
 * code of CycleGAN and pix2pix:
 *
 * factor(e) = max(0, 1 − max(0, e + start − epochs) / (decayEpochs + 1))
 *
 * **Which e?** It counts how often the schedule was advanced. The reference advances it as each epoch
 * begins, so epoch E = 1, 2, … runs at factor(E): the rate is lower from E = `epochs` on, and the last
 * epoch runs at exactly 0. Its older versions, and other code in PyTorch's usual order, advance it as
 * an epoch ends, so epoch E runs at factor(E − 1): lower from E = `epochs` + 1 on, and the last epoch
 * still learns, at 1/(`decayEpochs` + 1). Pass the one you mean.
 *
 * Past the end the reference's formula would be negative; this one stays at 0. It has no state: the
 * epoch is an argument, and an optimizer's rate is part of the optimizer's state.
 *
 * @param options `epochs` and `decayEpochs` from 0 on, `start` from 1 on, default 1; a run that counts
 *   its epochs over all resumptions omits `start`.
 * @returns A function from count e, an integer from 0 on, to the factor.
 * @throws GanKitError if an option or e is out of range.
 *
 * **Differentiable:** no.
 *
 * @example
 * ```ts
 * import { adam, linearDecay } from 'gan-kit/training';
 *
 * const optimizer = adam({ learningRate: 2e-4 });
 * const factor = linearDecay({ epochs: 2, decayEpochs: 3 });
 * const rates = [];
 * for (let epoch = 1; epoch <= 5; epoch++) {
 *   optimizer.learningRate = 2e-4 * factor(epoch - 1); // factor(epoch) for the reference's order
 *   rates.push(optimizer.learningRate);
 *   // … the steps of the epoch
 * }
 * console.log(rates); // → [ 0.0002, 0.0002, 0.00015, 0.0001, 0.00005 ]
 * ```
 *
 * @see Zhu et al. 2017, arXiv 1703.10593, section 4
 */
export function linearDecay(options: LinearDecayOptions): (epoch: number) => number {
  const where = 'linearDecay';
  const { epochs, decayEpochs, start } = readOptions(where, options, {
    epochs: integer({ min: 0 }),
    decayEpochs: integer({ min: 0 }),
    start: integer({ min: 1, default: 1 }),
  });
  return (epoch) => {
    checkNumber(where, 'epoch', epoch, { integer: true, min: 0 });
    return Math.max(0, 1 - Math.max(0, epoch + start - epochs) / (decayEpochs + 1));
  };
}
