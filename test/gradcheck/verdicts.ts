import { getBackend, square } from '@tensorflow/tfjs-core';
import { checkFirstOrder, checkSecondOrder } from '../../src/gradcheck/check_derivatives.js';
import type { GradientVerdict } from '../../src/gradcheck/check_derivatives.js';
import { Probe } from '../../src/gradcheck/probe.js';
import type { TensorFunction } from '../../src/gradcheck/probe.js';
import { RandomStream } from '../../src/internal/random.js';
import { inputsOf } from './catalogue.js';
import type { CatalogueEntry } from './catalogue.js';

export interface Verdicts {
  readonly first: GradientVerdict;
  readonly second: GradientVerdict;
}

/** Both orders of an entry on the current backend. */
export async function verdictsOf(
  entry: CatalogueEntry,
  f: TensorFunction = entry.f,
): Promise<Verdicts> {
  // squared, because the second pass through a linear op has to be taken too
  const probe = new Probe(
    (...xs) => square(f(...xs)),
    inputsOf(entry),
    new RandomStream(3).fork(entry.name),
  );
  const onGPU = getBackend().startsWith('webg');
  const effort = {
    tolerance: (onGPU ? entry.toleranceOnGPU : undefined) ?? 1e-3,
    directions: onGPU ? 1 : 2,
    steps: 9,
    attempts: 4,
  };
  return {
    first: await checkFirstOrder(probe, effort),
    second: await checkSecondOrder(probe, effort),
  };
}
