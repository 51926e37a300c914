import { join } from 'node:path';
import { writeReport } from 'gan-kit/node';
import type { ReportCurve, ReportTable } from 'gan-kit/node';
import type { Milestone } from '../mnist/history.js';
import { spread } from '../spread.js';
import { OWN } from './settings.js';
import type { Length } from './trial.js';

/** The scores of a run. */
export interface Result {
  readonly system: string;
  /** One of `SETTINGS`; default the numbers of the system itself. */
  readonly setting?: string;
  readonly seed: number;
  readonly milestones: readonly Milestone[];
  /** Why the run failed, if it did; the scores are those until then. */
  readonly failed?: string;
}

const mean = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / values.length;

const hasSettings = (results: readonly Result[]) =>
  results.some(({ setting = OWN }) => setting !== OWN);

/** Returns the runs of each system, or of each system and setting. */
export function bySystem<R extends Result>(results: readonly R[]): Map<string, R[]> {
  const runs = new Map<string, R[]>();
  for (const result of results) {
    const { system, setting = OWN } = result;
    const name = setting === OWN ? system : `${system} ${setting}`;
    runs.set(name, [...(runs.get(name) ?? []), result]);
  }
  return runs;
}

/** Makes the table of the scores at the end, mean ± standard deviation over the seeds that did not fail. */
export function table(results: readonly Result[], length: Length): ReportTable {
  const settings = hasSettings(results);
  const failures = results.some(({ failed }) => failed !== undefined);
  const inSteps = 'steps' in length;
  return {
    title: inSteps
      ? `After ${length.steps} generator steps`
      : `After ${length.seconds} seconds of training`,
    columns: [
      'system',
      ...(settings ? ['setting'] : []),
      inSteps ? 'seconds' : 'steps',
      ...['classifier score', 'Fréchet distance', 'confident'],
      ...(failures ? ['failed'] : []),
    ],
    rows: [...bySystem(results).values()].map((runs) => {
      const [{ system, setting = OWN }] = runs as [Result];
      const ends = runs.filter(hasEnded).map(({ milestones }) => milestones.at(-1)!);
      const stat = (value: (end: Milestone) => number, digits: number, unit = '') =>
        ends.length === 0 ? '–' : spread(ends.map(value), digits) + unit;
      return [
        system,
        ...(settings ? [setting] : []),
        inSteps ? stat(({ seconds }) => seconds, 1) : stat(({ step }) => step, 0),
        stat(({ score }) => score, 2),
        stat(({ frechet }) => frechet, 1),
        stat(({ confident }) => 100 * confident, 1, ' %'),
        ...(failures ? [`${runs.length - ends.length} of ${runs.length}`] : []),
      ];
    }),
  };
}

const hasEnded = ({ failed }: Result) => failed === undefined;

/** Makes the table of the runs that failed; undefined if none did. */
export function failureTable(results: readonly Result[]): ReportTable | undefined {
  const rows = results
    .filter((result) => !hasEnded(result))
    .map(({ system, setting = OWN, seed, failed }) => [system, setting, seed, failed!]);
  if (rows.length === 0) return undefined;
  return { title: 'Failed', columns: ['system', 'setting', 'seed', 'why'], rows };
}

/** Makes the curves of the score, means over the seeds: against the time, and against the steps. */
export function scoreCurves(results: readonly Result[]): ReportCurve[] {
  const curve = (title: string, xLabel: string, x: (one: Milestone) => number): ReportCurve => ({
    ...{ title, xLabel, yLabel: 'classifier score' },
    series: [...bySystem(results.filter(hasEnded))].map(([name, runs]) => {
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
  tables: readonly ReportTable[],
  facts: Record<string, string>,
): Promise<string> {
  const path = join(out, 'report.html');
  await writeReport(path, {
    title: 'Systems on MNIST',
    subtitle: `${results.length} runs; the curves are means over the seeds`,
    curves: scoreCurves(results),
    tables,
    configuration: facts,
  });
  return path;
}
