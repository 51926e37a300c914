import { join } from 'node:path';
import { writeReport } from 'gan-kit/node';
import type {
  ReportCurve,
  ReportSeries,
  ReportSummary,
  ReportTable,
  RunReport,
} from 'gan-kit/node';
import { systemName } from './options.js';
import type { Run } from './run.js';
import type { Comparison, Scores } from './scores.js';

/** The scores at the end, with others to compare them with. */
export interface Verdict {
  readonly samples: number;
  readonly generated: Scores;
  readonly real: Scores;
  readonly untrained: Scores;
  /** Mean distance to the nearest training image, of generated and of test images. */
  readonly nearest: { readonly generated: number; readonly real: number };
  /** The comparison with as many other test images. */
  readonly compared: { readonly generated: Comparison; readonly real: Comparison };
}

export const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;

/** Writes `report.html` of a run that ended or was interrupted. */
export async function writeRunReport(
  run: Run,
  facts: Record<string, string>,
  verdict: Verdict | undefined,
): Promise<string> {
  const { history, options } = run;
  const path = join(options.out, 'report.html');
  const report: RunReport = {
    title: `${systemName(options)} on MNIST`,
    subtitle: `${run.step} generator steps, ${(history.seconds / 60).toFixed(1)} minutes of training`,
    summary: verdict === undefined ? [] : summary(verdict),
    timeline: run.timeline(),
    curves: curves(run),
    tables: verdict === undefined ? [] : tables(verdict),
    configuration: facts,
    notes: history.warnings.map((warning) => `Gradient monitor: ${warning}`),
  };
  await writeReport(path, report);
  return path;
}

function summary({ generated, real, untrained, nearest }: Verdict): ReportSummary[] {
  return [
    {
      label: 'Classifier score',
      value: `${generated.score.toFixed(2)} ± ${generated.scoreStd.toFixed(2)}`,
      note: `${percent(generated.score / real.score)} of what real images score, ${real.score.toFixed(2)}`,
    },
    {
      label: 'Fréchet classifier distance',
      value: generated.frechet.toFixed(1),
      note: `${percent(generated.frechet / untrained.frechet)} of untrained samples, ${untrained.frechet.toFixed(0)}`,
    },
    {
      label: 'Confident',
      value: percent(generated.confident),
      note: `of samples with confidence ≥ 0.9; real images: ${percent(real.confident)}`,
    },
    {
      label: 'Nearest training image',
      value: nearest.generated.toFixed(2),
      note: `mean distance; of test images ${nearest.real.toFixed(2)}`,
    },
  ];
}

function curves({ history }: Run): ReportCurve[] {
  const byLayer = (values: Record<string, number[]>): ReportSeries[] =>
    Object.entries(values).map(([name, y]) => ({ name, x: history.watched, y }));
  const { milestones } = history;
  const steps = milestones.map(({ step }) => step);
  return [
    {
      title: 'Losses',
      xLabel: 'generator step',
      yLabel: 'loss',
      series: [
        { name: 'discriminator', x: history.steps, y: history.discriminator },
        { name: 'generator', x: history.steps, y: history.generator },
        { name: 'penalty', x: history.steps, y: history.penalty },
      ].filter(({ y }) => y.length > 0),
    },
    {
      title: 'Classifier score',
      xLabel: 'generator step',
      yLabel: 'score of 1,000 samples',
      series: [{ name: 'score', x: steps, y: milestones.map(({ score }) => score) }],
    },
    {
      title: 'Fréchet classifier distance',
      xLabel: 'generator step',
      yLabel: 'distance of 1,000 samples',
      logarithmic: true,
      series: [{ name: 'distance', x: steps, y: milestones.map(({ frechet }) => frechet) }],
    },
    {
      title: 'Gradient norms',
      xLabel: 'generator step',
      yLabel: '‖gradient‖ of each layer',
      logarithmic: true,
      series: byLayer(history.gradients),
    },
    {
      title: 'Spectral norms of the discriminator',
      xLabel: 'generator step',
      yLabel: 'σ(W)',
      series: byLayer(history.sigmas),
    },
  ].filter(({ series }) => series.length > 0);
}

function tables({ samples, generated, real, untrained, compared }: Verdict): ReportTable[] {
  const row = (name: string, scores: Scores) => [
    name,
    scores.score.toFixed(2),
    scores.scoreStd.toFixed(2),
    scores.frechet.toFixed(1),
    percent(scores.confident),
  ];
  return [
    {
      title: `Scores of ${samples} images`,
      columns: ['images', 'classifier score', '± over splits', 'Fréchet distance', 'confident'],
      rows: [row('generated', generated), row('real (test)', real), row('untrained', untrained)],
    },
    {
      title: `Features of ${samples} images beside those of other test images`,
      columns: ['images', 'kernel distance', 'precision', 'recall', 'F1', 'density', 'coverage'],
      rows: Object.entries({ generated: compared.generated, 'real (test)': compared.real }).map(
        ([name, { kernel, ...shares }]) => [
          name,
          kernel.toFixed(4),
          ...[shares.precision, shares.recall, shares.f1, shares.density, shares.coverage].map(
            (share) => share.toFixed(3),
          ),
        ],
      ),
    },
    {
      title: 'Share of each digit',
      columns: ['images', ...generated.shares.map((_, digit) => String(digit))],
      rows: [
        ['generated', ...generated.shares.map(percent)],
        ['real (test)', ...real.shares.map(percent)],
      ],
    },
  ];
}
