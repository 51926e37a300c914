import { join } from 'node:path';
import { writeReport } from 'gan-kit/node';
import type { ReportCurve, ReportTable } from 'gan-kit/node';
import type { Milestone } from '../mnist/history.js';
import { spread } from '../spread.js';

/** The scores of a run. */
export interface Result {
  readonly system: string;
  readonly seed: number;
  readonly milestones: readonly Milestone[];
}

const mean = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / values.length;

/** Returns the runs of each system. */
export function bySystem<R extends Result>(results: readonly R[]): Map<string, R[]> {
  const runs = new Map<string, R[]>();
  for (const result of results)
    runs.set(result.system, [...(runs.get(result.system) ?? []), result]);
  return runs;
}

/** Makes the table of the scores at the end, mean ± standard deviation over the seeds. */
export const table = (results: readonly Result[], seconds: number): ReportTable => ({
  title: `After ${seconds} seconds of training`,
  columns: ['system', 'steps', 'classifier score', 'Fréchet distance', 'confident'],
  rows: [...bySystem(results)].map(([system, runs]) => {
    const ends = runs.map(({ milestones }) => milestones.at(-1)!);
    const stat = (value: (end: Milestone) => number, digits: number) =>
      spread(ends.map(value), digits);
    return [
      system,
      stat(({ step }) => step, 0),
      stat(({ score }) => score, 2),
      stat(({ frechet }) => frechet, 1),
      `${stat(({ confident }) => 100 * confident, 1)} %`,
    ];
  }),
});

/** Makes the curves of the score, means over the seeds: against the time, and against the steps. */
export function scoreCurves(results: readonly Result[]): ReportCurve[] {
  const curve = (title: string, xLabel: string, x: (one: Milestone) => number): ReportCurve => ({
    ...{ title, xLabel, yLabel: 'classifier score' },
    series: [...bySystem(results)].map(([name, runs]) => {
      const common = Math.min(...runs.map(({ milestones }) => milestones.length));
      const means = (value: (one: Milestone) => number) =>
        Array.from({ length: common }, (_, i) =>
          mean(runs.map(({ milestones }) => value(milestones[i]!))),
        );
      return { name, x: means(x), y: means(({ score }) => score) };
    }),
  });
  return [
    curve('Score against training time', 'seconds', ({ seconds }) => seconds),
    curve('Score against generator steps', 'generator step', ({ step }) => step),
  ];
}

/** Writes `report.html`, with the scores over the training. */
export async function writeStudyReport(
  out: string,
  results: readonly Result[],
  scores: ReportTable,
  facts: Record<string, string>,
): Promise<string> {
  const path = join(out, 'report.html');
  await writeReport(path, {
    title: 'Systems on MNIST at equal time',
    subtitle: `${results.length} runs; the curves are means over the seeds`,
    curves: scoreCurves(results),
    tables: [scores],
    configuration: facts,
  });
  return path;
}
