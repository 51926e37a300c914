import { memory } from '@tensorflow/tfjs-core';
import { isGanKitError } from 'gan-kit';
import { isTensor } from '../../src/internal/check.js';
import type { Call } from './calls.js';
import { wrongCalls, wrongValues } from './wrong_arguments.js';

/** What these return belongs to what they were given. */
const BORROWED = ['namedWeights', 'featureExtractor', 'Mixture'];

/** Gives back the tensors of a result that a caller owns. */
function free(result: unknown, depth = 0): void {
  if (result === null || typeof result !== 'object' || depth > 2) return;
  if (isTensor(result)) result.dispose();
  else if ('dispose' in result)
    try {
      (result as { dispose(): void }).dispose();
    } catch {
      // a layer that was never built
    }
  else if (!ArrayBuffer.isView(result))
    for (const part of Object.values(result)) free(part, depth + 1);
}

/** Calls, and gives back what comes of it. */
export async function run(name: string, { fn }: Call, args: readonly unknown[]): Promise<void> {
  const result: unknown = await fn(...(args as never[]));
  if (!BORROWED.includes(name)) free(result);
}

/**
 * What calls threw that is no GanKitError, and the tensors that they left behind.
 *
 * @param passedOver The calls that are not made, by their labels.
 */
export async function faultsOf(
  name: string,
  call: Call,
  passedOver: RegExp = /(?!)/,
): Promise<string[]> {
  const wrong = wrongValues();
  const faults: string[] = [];
  for (const { label, args } of wrongCalls(call.args, wrong)) {
    if (passedOver.test(label)) continue;
    const before = memory().numTensors;
    try {
      await run(name, call, args);
    } catch (error) {
      if (!isGanKitError(error)) faults.push(`${label}: ${(error as Error).stack}`);
    }
    const left = memory().numTensors - before;
    if (left !== 0) faults.push(`${label}: ${left} tensors are left`);
  }
  for (const value of wrong.values()) if (isTensor(value) && !value.isDisposed) value.dispose();
  return faults;
}
