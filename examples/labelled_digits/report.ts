import { join } from 'node:path';
import { writeReport } from 'gan-kit/node';
import type { ReportTable } from 'gan-kit/node';
import { percent } from '../mnist/report.js';
import type { Agreement } from './agreement.js';
import { DIGITS } from './recipe.js';
import type { Run } from './run.js';

/** The agreement of the classifier with the requested digits, and its accuracy on real images for comparison. */
export interface Verdict {
  /** Number of samples of each digit. */
  readonly ofEach: number;
  readonly generated: Agreement;
  /** The agreement with the labels of all test images. */
  readonly real: Agreement;
  readonly untrained: Agreement;
  /** Fréchet distance between the classifier's features of the samples and of all test images. */
  readonly frechet: number;
}

/** Makes the table of a verdict. */
export const table = ({ ofEach, generated, real, untrained }: Verdict): ReportTable => ({
  title: `Digits that the classifier recognizes, of ${ofEach} of each`,
  columns: ['images', 'all', ...Array.from({ length: DIGITS }, (_, digit) => String(digit))],
  rows: Object.entries({ generated, 'real (test)': real, untrained }).map(
    ([name, { share, byDigit }]) => [name, percent(share), ...byDigit.map(percent)],
  ),
});

/** Writes `report.html` of a run that ended or was interrupted. */
export async function writeRunReport(
  run: Run,
  facts: Record<string, string>,
  verdict: Verdict | undefined,
): Promise<string> {
  const { history, options } = run;
  const path = join(options.out, 'report.html');
  const { milestones } = history;
  await writeReport(path, {
    title: 'Labelled digits: a projection discriminator on MNIST',
    subtitle: `${run.step} generator steps, ${(history.seconds / 60).toFixed(1)} minutes of training`,
    timeline: run.timeline(),
    curves: [
      {
        ...{ title: 'Losses', xLabel: 'generator step', yLabel: 'loss' },
        series: [
          { name: 'discriminator', x: history.steps, y: history.discriminator },
          { name: 'generator', x: history.steps, y: history.generator },
        ],
      },
      {
        ...{ title: 'Recognized', xLabel: 'generator step', yLabel: 'share of 500 samples' },
        series: [
          {
            name: 'generated',
            x: milestones.map(({ step }) => step),
            y: milestones.map(({ share }) => share),
          },
        ],
      },
    ].filter(({ series }) => series.some(({ x }) => x.length > 0)),
    tables: verdict === undefined ? [] : [table(verdict)],
    configuration: facts,
    notes: ['Each row of the pictures is a digit, each column a latent vector.'],
  });
  return path;
}
