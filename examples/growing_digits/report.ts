import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { decodePNG } from 'gan-kit/io';
import { savePNG, writeReport } from 'gan-kit/node';
import type { ReportCurve, ReportTable } from 'gan-kit/node';
import { percent } from '../mnist/report.js';
import type { Scores } from '../mnist/scores.js';
import { stackPictures } from '../stack_pictures.js';
import type { Way } from './recipe.js';
import type { Run, StageMilestone } from './run.js';

/** The scores of one way at the end. */
export interface Verdict {
  readonly way: Way | 'real (test)';
  readonly steps: number;
  readonly seconds: number;
  readonly scores: Scores;
}

/** Makes the table of the scores at the end. */
export const table = (verdicts: readonly Verdict[], samples: number): ReportTable => ({
  title: `Scores of ${samples} images`,
  columns: ['trained', 'steps', 'seconds', 'classifier score', 'Fréchet distance', 'confident'],
  rows: verdicts.map(({ way, steps, seconds, scores: { score, frechet, confident } }) => [
    way,
    ...(steps === 0 ? ['', ''] : [String(steps), seconds.toFixed(0)]),
    ...[score.toFixed(2), frechet.toFixed(1), percent(confident)],
  ]),
});

/** Stacks the pictures of the ends of a run's stages, the first on top, and writes `stages.png`. */
export async function writeStages(run: Run): Promise<string> {
  const pictures = await Promise.all(
    run.history.ends.map(({ step }) => decodePNG(new Uint8Array(readFileSync(run.gridPath(step))))),
  );
  const path = join(run.options.out, 'stages.png');
  await savePNG(path, stackPictures(pictures));
  return path;
}

/** Writes `report.html` of runs that ended or were interrupted. */
export async function writeRunReport(
  out: string,
  runs: readonly Run[],
  facts: Record<string, string>,
  tables: ReportTable[],
): Promise<string> {
  const path = join(out, 'report.html');
  const curve = (
    title: string,
    yLabel: string,
    y: (milestone: StageMilestone) => number,
  ): ReportCurve => ({
    ...{ title, xLabel: 'seconds of training', yLabel },
    series: runs
      .filter(({ history }) => history.milestones.length > 0)
      .map(({ options, history: { milestones } }) => ({
        name: options.way,
        x: milestones.map(({ seconds }) => seconds),
        y: milestones.map(y),
      })),
  });
  const samples = runs[0]?.options.samples ?? 0;
  await writeReport(path, {
    title: 'Growing digits: Progressive GAN on MNIST',
    subtitle: runs
      .map(
        ({ options, step, history }) =>
          `${options.way} ${step} steps, ${history.seconds.toFixed(0)} s`,
      )
      .join('; '),
    timeline: runs.flatMap((run) =>
      run
        .timeline()
        .map((frame) => ({ ...frame, caption: `${run.options.way}, ${frame.caption}` })),
    ),
    curves: [
      curve('Classifier score', `score of ${samples} samples`, ({ score }) => score),
      curve('Fréchet distance', `distance of ${samples} samples`, ({ frechet }) => frechet),
      ...runs.map(({ options, history }): ReportCurve => ({
        ...{ title: `Losses, ${options.way}`, xLabel: 'step', yLabel: 'loss' },
        series: (['discriminator', 'generator', 'penalty'] as const).map((name) => ({
          ...{ name, x: history.steps, y: history[name] },
        })),
      })),
    ].filter(({ series }) => series.some(({ x }) => x.length > 0)),
    tables,
    configuration: facts,
    notes: ['Images of less than 32 × 32 are enlarged before they are scored.'],
  });
  return path;
}
