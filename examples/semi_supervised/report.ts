import { join } from 'node:path';
import { writeReport } from 'gan-kit/node';
import type { ReportFrame, ReportTable } from 'gan-kit/node';
import { spread } from '../spread.js';
import { ARMS } from './run.js';
import type { Milestone, Setting } from './run.js';

/** A run, whole or interrupted. */
export interface Trace {
  readonly setting: Setting;
  readonly milestones: readonly Milestone[];
}

const ofArm = (traces: readonly Trace[], arm: string) =>
  traces.filter(({ setting }) => setting.arm === arm);

/** Formats mean ± standard deviation over the seeds, or the value of the only one. */
const overSeeds = (values: readonly number[]): string =>
  values.length === 1 ? values[0]!.toFixed(0) : spread(values, 0);

/** Makes the table of errors after the last step, of those that ended. */
export const errorTable = (traces: readonly Trace[], images: number): ReportTable => ({
  title: `Errors on ${images} test images`,
  columns: ['learns from', 'runs', 'averaged weights', 'latest weights', 'seconds'],
  rows: ARMS.flatMap((arm) => {
    const lasts = ofArm(traces, arm).map(({ milestones }) => milestones.at(-1)!);
    if (lasts.length === 0) return [];
    const stat = (value: (last: Milestone) => number) => overSeeds(lasts.map(value));
    return [
      [
        ...[arm, String(lasts.length), stat(({ errors }) => errors)],
        ...[stat(({ latest }) => latest), stat(({ seconds }) => seconds)],
      ],
    ];
  }),
});

/** Makes the lines of errors in percent by step, means over the seeds as far as all of them have come. */
function lines(traces: readonly Trace[], images: number) {
  const kinds = [
    ['averaged', 'errors'],
    ['latest', 'latest'],
  ] as const;
  return ARMS.flatMap((arm) =>
    kinds.flatMap(([word, key]) => {
      const courses = ofArm(traces, arm).map(({ milestones }) => milestones);
      const length = Math.min(...courses.map((course) => course.length));
      if (courses.length === 0 || length === 0) return [];
      const y = Array.from({ length }, (_, i) => {
        const sum = courses.reduce((total, course) => total + course[i]![key], 0);
        return (100 * sum) / (courses.length * images);
      });
      const x = courses[0]!.slice(0, length).map(({ step }) => step);
      return [{ name: `${arm}, ${word} weights`, x, y }];
    }),
  );
}

/** Writes `report.html` of all runs. */
export async function writeRunsReport(
  out: string,
  report: {
    readonly traces: readonly Trace[];
    readonly images: number;
    readonly frames: readonly ReportFrame[];
    readonly facts: Readonly<Record<string, string>>;
  },
): Promise<string> {
  const { traces, images, frames, facts } = report;
  const path = join(out, 'report.html');
  const told = ({ setting: { arm, seed }, milestones }: Trace) =>
    `${arm}, seed ${seed}: ${milestones.at(-1)?.step ?? 0} steps`;
  await writeReport(path, {
    title: 'Few labels: a semi-supervised GAN on MNIST',
    subtitle: traces.map(told).join('; '),
    timeline: frames,
    curves: [
      {
        ...{ title: 'Error on the test images', xLabel: 'step', yLabel: '%' },
        series: lines(traces, images),
      },
    ],
    tables: [errorTable(traces, images)],
    configuration: facts,
    notes: ['The curves are means over the seeds.'],
  });
  return path;
}
