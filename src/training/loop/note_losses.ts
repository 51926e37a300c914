import { checkNumber, fail } from '../../internal/check.js';
import type { StepEvent } from './run_steps_options.js';

/** The course of one loss, ready to be drawn: `y[i]` after `x[i]` steps. A type, as interfaces are no JSON. */
export type LossCurve = { readonly x: number[]; readonly y: number[] };

/** The courses of losses by name: plain JSON, for the `extra` of a checkpoint. */
export type LossHistory = Record<string, LossCurve>;

/**
 * Adds the losses of a step to a history, each to the curve of its name. A loss that the step does not have, as the
 * generator's between critic steps, and one that is not finite add nothing.
 *
 * @param history The history, `{}` at first; it is changed. Save it in the `extra` of a checkpoint and pass the restored
 *   one to go on: steps that it has already are not added again.
 * @param event A step and its losses, as a callback of `runSteps` gets them.
 * @throws GanKitError if an argument is invalid.
 *
 * **Differentiable:** no.
 *
 * @example
 * ```ts
 * import { noteLosses } from 'gan-kit/training';
 * import type { LossHistory } from 'gan-kit/training';
 *
 * const history: LossHistory = {};
 * noteLosses(history, { step: 10, losses: { generator: 0.7 } });
 * noteLosses(history, { step: 20, losses: { generator: 0.6 } });
 * console.log(history['generator']?.y); // → [ 0.7, 0.6 ]
 * ```
 */
export function noteLosses(history: LossHistory, event: StepEvent<object>): void {
  const where = 'noteLosses';
  for (const [name, value] of Object.entries({ history, event }))
    if (typeof value !== 'object' || value === null || Array.isArray(value))
      fail('type', where, name, 'an object', value);
  const { step, losses } = event;
  checkNumber(where, 'event.step', step, { integer: true, min: 0 });
  if (typeof losses !== 'object' || losses === null)
    fail('type', where, 'event.losses', 'an object of numbers', losses);
  for (const [name, loss] of Object.entries(losses) as [string, unknown][]) {
    if (typeof loss !== 'number') fail('type', where, `event.losses.${name}`, 'a number', loss);
    const curve = (history[name] ??= { x: [], y: [] });
    if (!Array.isArray(curve?.x) || !Array.isArray(curve.y))
      fail('type', where, `history.${name}`, 'a curve, { x: number[], y: number[] }', curve);
    if (!Number.isFinite(loss) || step <= (curve.x.at(-1) ?? -1)) continue;
    curve.x.push(step);
    curve.y.push(loss);
  }
}
