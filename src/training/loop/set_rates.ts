import type { Optimizer } from '@tensorflow/tfjs-core';
import { checkNumber, checkOptions, fail } from '../../internal/check.js';

/** One rate for all optimizers, or one for each by its name. */
export type Rates = number | Readonly<Record<string, number>>;

/** Sets the rates that a schedule returned. */
export function setRates(
  where: string,
  optimizers: Readonly<Record<string, Optimizer>>,
  rates: Rates,
): void {
  const parameter = 'learningRate()';
  if (typeof rates !== 'number') checkOptions(where, rates, Object.keys(optimizers), parameter);
  for (const [name, optimizer] of Object.entries(optimizers)) {
    const rate = typeof rates === 'number' ? rates : rates[name];
    if (rate === undefined) continue; // keeps its own
    checkNumber(where, typeof rates === 'number' ? parameter : `${parameter}.${name}`, rate, {
      min: 0,
    });
    if (!('learningRate' in optimizer))
      fail(
        'type',
        where,
        `system.optimizers.${name}`,
        'an optimizer with a learningRate',
        optimizer,
      );
    (optimizer as { learningRate: number }).learningRate = rate;
  }
}
