import { cast, dispose, randomNormal, randomUniform, tidy } from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { checkGradients } from 'gan-kit';
import type { InputText } from './critic_text.js';
import { LIMITS, limit } from './limits.js';
import type { Verdicts } from './messages.js';
import type { CheckSettings } from './settings.js';

/** Draws a sample for each input: N(0, 1), or numbers of classes. */
function sampleOf(inputs: readonly InputText[], settings: CheckSettings): Tensor[] {
  const shapes = inputs.map(({ shape }) => [
    settings.batch,
    ...shape.map((size) => size ?? settings.size),
  ]);
  const sizes = shapes.map((shape) => shape.reduce((product, size) => product * size, 1));
  limit('Elements of the inputs', Math.max(...sizes), LIMITS.elements);
  return inputs.map(({ classes }, i) => {
    const seed = settings.seed + i + 1;
    if (classes === undefined) return randomNormal(shapes[i]!, 0, 1, 'float32', seed);
    return tidy(() => cast(randomUniform(shapes[i]!, 0, classes, 'float32', seed), 'int32'));
  });
}

/**
 * Checks the derivatives of a critic on the backend in use.
 *
 * @param restoreStock Puts tfjs's own kernels and gradients back, if they are to be checked. `checkGradients` puts
 *   gan-kit's in place before it computes anything, and never again.
 */
export async function checkCritic(
  critic: LayersModel,
  inputs: readonly InputText[],
  settings: CheckSettings,
  restoreStock?: () => void,
): Promise<Verdicts> {
  const sample = sampleOf(inputs, settings);
  try {
    const checking = checkGradients(critic, sample, { seed: settings.seed });
    restoreStock?.();
    const check = await checking;
    return { ok: check.ok, critic: check.critic, layers: check.layers };
  } finally {
    dispose(sample);
  }
}
