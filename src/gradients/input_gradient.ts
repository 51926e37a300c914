import { engine, mul, sum, tidy } from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { checkTensor, fail, isTensor } from '../internal/check.js';
import { oneOf } from '../internal/option_kinds.js';
import { readOptions } from '../internal/read_options.js';
import type { Critic } from '../types.js';
import { enableSecondOrderGradients } from './enable_second_order_gradients.js';
import { withCleanTape } from './tape.js';

/** Options of {@link inputGradient}. */
export interface InputGradientOptions {
  /** For a critic with several outputs per sample: the gradient of their sum (default) or their mean. */
  readonly outputs?: 'sum' | 'mean';
}

/**
 * Computes the gradient of a critic in its input: `g = ∂ Σ D(x) / ∂x`.
 *
 * The sum is over the batch, so that row i of g is the gradient of sample i's own output if the critic
 * treats each sample separately, and over all outputs of a sample if it has several, as a PatchGAN has.
 * The gradient is recorded like any other result: functions of g, such as a gradient penalty, can be
 * differentiated in the critic's weights.
 *
 * **Differentiable:** to first order, in the weights and in x; it calls
 * {@link enableSecondOrderGradients} first.
 *
 * @param critic A function from a batch to logits of any shape `[batch, …]`.
 * @param x The point to differentiate at, float32 `[batch, …]`.
 * @param options `outputs`: the `'sum'` of a sample's outputs (default) or their `'mean'`.
 * @returns The shape of x; the caller owns it.
 * @throws GanKitError if the critic's result is not a batch of logits, or does not depend on x.
 *
 * @example
 * ```ts
 * import '@tensorflow/tfjs-layers';
 * import { square, sum, tensor2d } from '@tensorflow/tfjs-core';
 * import type { Tensor } from '@tensorflow/tfjs-core';
 * import { loadBackend } from 'gan-kit';
 * import { inputGradient } from 'gan-kit/penalties';
 *
 * await loadBackend();
 * const critic = (x: Tensor) => sum(square(x), 1);
 * const g = inputGradient(critic, tensor2d([[1, 2], [3, -4]]));
 * console.log(await g.data()); // → Float32Array(4) [ 2, 4, 6, -8 ]
 * ```
 *
 * @see Gulrajani et al. 2017, arXiv 1704.00028, equation 3
 */
export function inputGradient<Samples extends Tensor>(
  critic: Critic<Samples>,
  x: Samples,
  options: InputGradientOptions = {},
): Samples {
  const where = 'inputGradient';
  if (typeof critic !== 'function') fail('type', where, 'critic', 'a function', critic);
  checkTensor(where, 'x', x, { minRank: 1 });
  const { outputs } = readOptions(where, options, {
    outputs: oneOf(['sum', 'mean'], { default: 'sum' }),
  });
  enableSecondOrderGradients();
  return tidy(() => {
    const score = () => {
      const logits = critic(x);
      checkLogits(where, logits, x);
      return outputs === 'sum' ? sum(logits) : mul(sum(logits), logits.shape[0] / logits.size);
    };
    // the last argument allows a critic that ignores x, for a clear error below
    const { grads } = withCleanTape(() => engine().gradients(score, [x], undefined, true));
    return (
      (grads[0] as Samples | null) ??
      fail(
        'value',
        where,
        'critic',
        'a function whose result depends on x',
        critic,
        'It must compute with the very tensor that it is given: not with a copy read back to the host, and not with another batch.',
      )
    );
  });
}

function checkLogits(where: string, logits: unknown, x: Tensor): void {
  const size = x.shape[0];
  const alive = isTensor(logits) && !logits.isDisposed;
  if (!alive || logits.dtype !== 'float32' || logits.shape[0] !== size)
    fail(
      alive ? 'shape' : isTensor(logits) ? 'state' : 'type',
      where,
      'critic',
      `a function from a batch of ${size} to float32 logits [${size}, …]`,
      logits,
      'Keep the batch axis: one logit or more for each sample, not their mean.',
    );
}
