import type { BEGANLosses } from 'gan-kit/training';

/** The losses of each step of a run, or their means over spans of steps. */
export type Course = Readonly<Record<keyof BEGANLosses, number[]>>;

export const emptyCourse = (): Course => ({ real: [], fake: [], k: [], convergence: [] });

/** What a run settled at: means over its last fifth. */
export interface Balance {
  readonly k: number;
  /** The standard deviation of k over the last fifth. */
  readonly kDeviation: number;
  /** L(G(z)) / L(x), a ratio of means, which tends to γ. */
  readonly ratio: number;
  /** M over the first fifth and over the last. */
  readonly convergence: readonly [first: number, last: number];
}

const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

/** Averages a course over spans of `span` steps; the last may be shorter. */
export function averaged(course: Course, span: number): Course & { steps: number[] } {
  const ends: number[] = [];
  for (let end = span; end < course.real.length + span; end += span)
    ends.push(Math.min(end, course.real.length));
  const means = (values: readonly number[]) =>
    ends.map((end, i) => mean(values.slice(i === 0 ? 0 : ends[i - 1], end)));
  return {
    steps: ends,
    real: means(course.real),
    fake: means(course.fake),
    k: means(course.k),
    convergence: means(course.convergence),
  };
}

/** Measures the balance of a run that ended. */
export function balanceOf({ real, fake, k, convergence }: Course): Balance {
  const fifth = Math.ceil(k.length / 5);
  const last = (values: readonly number[]) => values.slice(-fifth);
  const settled = mean(last(k));
  return {
    k: settled,
    kDeviation: Math.sqrt(mean(last(k).map((value) => (value - settled) ** 2))),
    ratio: mean(last(fake)) / mean(last(real)),
    convergence: [mean(convergence.slice(0, fifth)), mean(last(convergence))],
  };
}
