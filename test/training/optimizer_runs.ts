import { engine, tensor, tidy, variable } from '@tensorflow/tfjs-core';
import type { NamedTensorMap, Tensor, Variable } from '@tensorflow/tfjs-core';
import { adam } from '../../src/training/optimizers/adam.js';
import type { AdamOptions } from '../../src/training/optimizers/adam.js';
import { rmsprop } from '../../src/training/optimizers/rmsprop.js';
import type { RMSPropOptions } from '../../src/training/optimizers/rmsprop.js';
import { sgd } from '../../src/training/optimizers/sgd.js';
import type { SGDOptions } from '../../src/training/optimizers/sgd.js';
import type { SlotOptimizer } from '../../src/training/optimizers/slot_optimizer.js';
import { ON_GPU } from '../helpers/backends.js';
import { fixture } from '../helpers/fixtures.js';

export type AnyOptimizer = SlotOptimizer<string>;

interface Case {
  readonly optimizer: 'adam' | 'rmsprop' | 'sgd';
  readonly options: AdamOptions & RMSPropOptions & SGDOptions;
  readonly start: number[];
  /** By recorded step, then by element. */
  readonly trajectory: number[][];
}

export const TORCH = fixture<{
  readonly steps: number[];
  readonly scales: number[];
  readonly cases: Readonly<Record<string, Case>>;
  /** With gradients averaged over calls, or clipped. */
  readonly gradientCases: Readonly<Record<string, Case>>;
}>('optimizers');

const FACTORIES = { adam, rmsprop, sgd };

export function make({ optimizer, options }: Case): AnyOptimizer {
  return FACTORIES[optimizer](options);
}

/** Two variables of different shapes, which hold the elements 0 … 5 and 6 … 9. */
const SHAPES = [[2, 3], [4]] as const;
const cut = (values: number[]) => [values.slice(0, 6), values.slice(6)];

export function makeVariables(start: number[]): Variable[] {
  return tidy(() =>
    cut(start).map((values, i) => variable(tensor(values, [...SHAPES[i]!], 'float32'))),
  );
}

/** The gradient of step `step` of tools/parity/optimizers.py, exact in float32. */
export function gradientsAt(step: number, variables: readonly Variable[]): NamedTensorMap {
  const values = TORCH.cases['sgd, plain']!.start.map(
    (_, i) => (((37 * step + 101 * i) % 97) - 20) / 64 / 2 ** TORCH.scales[i % 4]!,
  );
  const gradients: NamedTensorMap = {};
  cut(values).forEach((part, i) => {
    gradients[variables[i]!.name] = tensor(part, [...SHAPES[i]!], 'float32');
  });
  return gradients;
}

/** Applies the gradients of the steps `from` … `to`; `gradients` may rearrange them. */
export function train(
  optimizer: AnyOptimizer,
  variables: readonly Variable[],
  [from, to]: readonly [number, number],
  arrange: (gradients: NamedTensorMap, step: number) => NamedTensorMap = (gradients) => gradients,
): void {
  for (let step = from; step <= to; step++)
    tidy(() => optimizer.applyGradients(arrange(gradientsAt(step, variables), step)));
}

export async function valuesOf(variables: readonly Tensor[]): Promise<number[]> {
  const all = await Promise.all(variables.map((one) => one.data()));
  return all.flatMap((values) => [...values]);
}

/** The steps that torch recorded and that this machine's backends take in bearable time. */
export const STEPS = ON_GPU ? TORCH.steps.filter((step) => step <= 10) : TORCH.steps;

/** The recorded steps of a case, as we compute them: by step, then by element. */
export async function trajectoryOf(one: Case): Promise<number[][]> {
  const variables = makeVariables(one.start);
  const optimizer = make(one);
  let done = 0;
  const trajectory: number[][] = [];
  for (const step of STEPS) {
    train(optimizer, variables, [done + 1, step]);
    done = step;
    trajectory.push(await valuesOf(variables));
  }
  optimizer.dispose();
  variables.forEach((one) => one.dispose());
  return trajectory;
}

/** How many kernels of each name `f` runs. */
export function kernelsOf(f: () => void): Record<string, number> {
  const counts: Record<string, number> = {};
  const run = engine().runKernel.bind(engine());
  engine().runKernel = (name, ...rest) => {
    counts[name] = (counts[name] ?? 0) + 1;
    return run(name, ...rest);
  };
  try {
    f();
  } finally {
    delete (engine() as { runKernel?: unknown }).runKernel;
  }
  return counts;
}
