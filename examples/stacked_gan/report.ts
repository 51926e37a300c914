import { join } from 'node:path';
import { writeReport } from 'gan-kit/node';
import type { ReportTable } from 'gan-kit/node';
import { percent } from '../mnist/report.js';
import type { Run } from './run.js';

/** Makes the table of the figures over the steps. */
export const table = ({ history, options }: Run): ReportTable => ({
  title: 'Digits that a separate classifier recognizes, and variation over latent vectors',
  columns: ['step', 'mode', 'asked label', 'Fréchet distance', 'digit kept', 'over z₀', 'over z₁'],
  rows: history.milestones.map(({ step, asked, frechet, kept, variation, fromAbove }) => [
    ...[String(step), step <= options.steps - options.joint ? 'independent' : 'joint'],
    ...[percent(asked), frechet.toFixed(1), percent(kept), percent(variation), percent(fromAbove)],
  ]),
});

const CURVES = {
  Discriminators: ['discriminator0', 'discriminator1'],
  Generators: ['generator0', 'generator1'],
  Conditions: ['conditional0', 'conditional1'],
  Entropy: ['entropy0', 'entropy1'],
};

/** Writes `report.html` of a run that ended or was interrupted. */
export async function writeRunReport(run: Run, facts: Record<string, string>): Promise<string> {
  const { history, options } = run;
  const path = join(options.out, 'report.html');
  const { milestones, losses } = history;
  const x = milestones.map(({ step }) => step);
  const share = (name: 'asked' | 'kept' | 'variation' | 'fromAbove') => ({
    ...{ name, x, y: milestones.map((one) => one[name]) },
  });
  await writeReport(path, {
    title: 'A Stacked GAN on MNIST',
    subtitle: `${run.step} generator steps, ${(history.seconds / 60).toFixed(1)} minutes of training`,
    timeline: run.timeline(),
    curves: [
      ...Object.entries(CURVES).map(([title, names]) => ({
        ...{ title, xLabel: 'generator step', yLabel: 'loss, times its weight' },
        series: names
          .filter((name) => losses[name] !== undefined)
          .map((name) => ({ name, x: history.steps, y: losses[name]! })),
      })),
      {
        ...{ title: 'Figures', xLabel: 'generator step', yLabel: 'share' },
        series: [share('asked'), share('kept'), share('variation'), share('fromAbove')],
      },
    ].filter(({ series }) => series.some((one) => one.x.length > 0)),
    tables: milestones.length === 0 ? [] : [table(run)],
    configuration: facts,
    notes: [
      'Above: a real digit, and images made of its features with one z₀ each.',
      'Below: samples of each digit, four z₁ with the same three z₀ each.',
    ],
  });
  return path;
}
