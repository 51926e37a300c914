import { join } from 'node:path';
import { writeReport } from 'gan-kit/node';
import type { ReportCurve, ReportFrame, ReportTable } from 'gan-kit/node';
import type { Milestone } from '../mnist/history.js';
import type { Comparison, Scores } from '../mnist/scores.js';
import { spread } from '../spread.js';
import { averaged, balanceOf } from './balance.js';
import type { Balance, Course } from './balance.js';
import { entropy } from './diversity.js';
import type { Setting } from './run.js';

/** Steps over which the curves average. */
const SPAN = 20;

/** A run, whole or interrupted. */
export interface Trace {
  readonly setting: Setting;
  readonly course: Course;
  readonly milestones: readonly Milestone[];
}

/** The scores of images, and how they cover as many test images. */
export interface Judgement {
  readonly scores: Scores;
  readonly compared: Comparison;
  /** Root mean square distance between two of the images. */
  readonly distance: number;
}

/** A run that ended. */
export interface Result extends Trace, Judgement {
  /** Seconds of training, without scores and pictures. */
  readonly seconds: number;
}

/** Groups runs by γ, in the order of γ. */
function byGamma<T extends Trace>(traces: readonly T[]): [gamma: number, traces: T[]][] {
  const groups = new Map<number, T[]>();
  for (const trace of traces) {
    const { gamma } = trace.setting;
    groups.set(gamma, [...(groups.get(gamma) ?? []), trace]);
  }
  return [...groups].sort(([a], [b]) => a - b);
}

/** Formats mean ± standard deviation over the seeds, or the value of the only one. */
const overSeeds = (values: readonly number[], digits: number): string =>
  values.length === 1 ? values[0]!.toFixed(digits) : spread(values, digits);

/** Makes the table of what each γ settled at. */
export const balanceTable = (results: readonly Result[]): ReportTable => ({
  title: 'The balance over the last fifth of the steps',
  columns: [
    'γ',
    'runs',
    'L(G(z)) / L(x)',
    'k',
    'deviation of k',
    'M, first fifth',
    'M, last fifth',
  ],
  rows: byGamma(results).map(([gamma, runs]) => {
    const balances = runs.map(({ course }) => balanceOf(course));
    const stat = (value: (one: Balance) => number) => overSeeds(balances.map(value), 3);
    return [
      ...[String(gamma), String(runs.length), stat(({ ratio }) => ratio)],
      ...[stat(({ k }) => k), stat(({ kDeviation }) => kDeviation)],
      ...[stat(({ convergence: [first] }) => first), stat(({ convergence: [, last] }) => last)],
    ];
  }),
});

/** Makes the table of the samples' scores, with those of real images below. */
export function scoreTable(
  results: readonly Result[],
  real: Judgement,
  samples: number,
): ReportTable {
  const row = (name: string, judged: readonly Judgement[], seconds: string) => {
    const stat = (value: (one: Judgement) => number, digits: number) =>
      overSeeds(judged.map(value), digits);
    return [
      ...[name, stat(({ scores }) => scores.score, 2), stat(({ scores }) => scores.frechet, 1)],
      `${stat(({ scores }) => 100 * scores.confident, 1)} %`,
      stat(({ scores }) => entropy(scores.shares), 2),
      stat(({ distance }) => distance, 2),
      stat(({ compared }) => compared.precision, 3),
      stat(({ compared }) => compared.recall, 3),
      stat(({ compared }) => compared.coverage, 3),
      seconds,
    ];
  };
  return {
    title: `Scores of ${samples} images`,
    columns: [
      ...['images', 'classifier score', 'Fréchet distance', 'confident', 'entropy of digits, bits'],
      ...['distance of two', 'precision', 'recall', 'coverage', 'seconds'],
    ],
    rows: [
      ...byGamma(results).map(([gamma, runs]) => {
        const seconds = runs.map((run) => run.seconds);
        return row(`γ = ${gamma}`, runs, overSeeds(seconds, 0));
      }),
      row('real (test)', [real], ''),
    ],
  };
}

/** Makes a chart with a line for each γ: means over the seeds, as far as all of them have come. */
function chart(
  traces: readonly Trace[],
  labels: Pick<ReportCurve, 'title' | 'yLabel'>,
  points: (trace: Trace) => { readonly x: readonly number[]; readonly y: readonly number[] },
): ReportCurve {
  const series = byGamma(traces).map(([gamma, runs]) => {
    const lines = runs.map(points);
    const shortest = lines.reduce((a, b) => (b.x.length < a.x.length ? b : a));
    const y = shortest.x.map((_, i) => lines.reduce((sum, one) => sum + one.y[i]!, 0));
    return { name: `γ = ${gamma}`, x: shortest.x, y: y.map((sum) => sum / lines.length) };
  });
  return { ...labels, xLabel: 'step', series: series.filter(({ x }) => x.length > 0) };
}

/** Makes the charts: k, the ratio of the losses and M by step; then the scores. */
export function charts(traces: readonly Trace[]): ReportCurve[] {
  const course = (
    title: string,
    yLabel: string,
    value: (at: ReturnType<typeof averaged>) => number[],
  ) =>
    chart(traces, { title, yLabel }, (trace) => {
      const means = averaged(trace.course, SPAN);
      return { x: means.steps, y: value(means) };
    });
  const score = (title: string, yLabel: string, value: (milestone: Milestone) => number) =>
    chart(traces, { title, yLabel }, ({ milestones }) => ({
      x: milestones.map(({ step }) => step),
      y: milestones.map(value),
    }));
  return [
    course('k, the weight of generated samples', 'k', ({ k }) => k),
    course('The ratio that tends to γ', 'L(G(z)) / L(x)', ({ real, fake }) =>
      fake.map((one, i) => one / real[i]!),
    ),
    course('M, the measure of convergence', 'M', ({ convergence }) => convergence),
    score('Fréchet distance', 'distance', ({ frechet }) => frechet),
    score('Entropy of the digits', 'bits', ({ shares }) => entropy(shares)),
  ].filter(({ series }) => series.length > 0);
}

/** Writes `report.html` of all runs; one that was interrupted is in the charts only. */
export async function writeRunsReport(
  out: string,
  report: {
    readonly traces: readonly Trace[];
    readonly tables: readonly ReportTable[];
    readonly frames: readonly ReportFrame[];
    readonly facts: Readonly<Record<string, string>>;
  },
): Promise<string> {
  const { traces, tables, frames, facts } = report;
  const path = join(out, 'report.html');
  const told = ({ setting: { gamma, seed }, course }: Trace) =>
    `γ ${gamma} seed ${seed} ${course.k.length} steps`;
  await writeReport(path, {
    title: 'Equilibrium: BEGAN on MNIST',
    subtitle: traces.map(told).join('; '),
    ...{ timeline: frames, curves: charts(traces), tables, configuration: facts },
    notes: [`The curves are means over ${SPAN} steps and over the seeds.`],
  });
  return path;
}
