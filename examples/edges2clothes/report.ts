import { join } from 'node:path';
import { writeReport } from 'gan-kit/node';
import type { ReportCurve, ReportTable } from 'gan-kit/node';
import type { Scores } from './judge.js';
import type { Run } from './run.js';

/** The scores at the end, with others to compare them with. */
export interface Verdict {
  /** Number of held-out pairs. */
  readonly pairs: number;
  readonly translated: Scores;
  /** The scores of the photos themselves. */
  readonly photos: Scores;
  /** The scores of the drawings, taken as photos. */
  readonly edges: Scores;
  readonly untrained: Scores;
}

/** Makes the table of a verdict. */
export const table = ({ pairs, ...verdict }: Verdict): ReportTable => {
  const row = (name: string, { greys, read, frechet }: Scores) => [
    name,
    greys.toFixed(1),
    `${(100 * read).toFixed(1)} %`,
    frechet.toFixed(2),
  ];
  return {
    title: `Scores of ${pairs} held-out pairs`,
    columns: ['images', 'distance to the photo, of 255', 'read as drawn', 'Fréchet distance'],
    rows: [
      row('translated drawings', verdict.translated),
      row('photos', verdict.photos),
      row('drawings as they are', verdict.edges),
      row('of an untrained generator', verdict.untrained),
    ],
  };
};

/** Writes `report.html` of a run that ended or was interrupted. */
export async function writeRunReport(
  run: Run,
  facts: Record<string, string>,
  verdict: Verdict | undefined,
): Promise<string> {
  const { history, options } = run;
  const path = join(options.out, 'report.html');
  await writeReport(path, {
    title: 'pix2pix from edges to clothes',
    subtitle: `${run.step} steps, ${(history.seconds / 60).toFixed(1)} minutes of training`,
    timeline: run.timeline(),
    curves: curves(run),
    tables: verdict === undefined ? [] : [table(verdict)],
    configuration: facts,
    notes: [
      'Each row of the pictures, four times: a drawing, what was made of it, the photo it was drawn from.',
      'Read as drawn: the share in which a classifier trained on real photos sees the class of the photo.',
    ],
  });
  return path;
}

function curves({ history }: Run): ReportCurve[] {
  const { milestones } = history;
  const steps = milestones.map(({ step }) => step);
  const scored = (title: string, yLabel: string, value: (scores: Scores) => number) => ({
    ...{ title, xLabel: 'step', yLabel },
    series: [{ name: 'translated', x: steps, y: milestones.map(value) }],
  });
  return [
    {
      title: 'Losses',
      xLabel: 'step',
      yLabel: 'loss, times its weight',
      series: Object.entries(history.losses).map(([name, y]) => ({ name, x: history.steps, y })),
    },
    scored('Distance to the photo', 'grey levels of 255', ({ greys }) => greys),
    scored('Read as drawn', 'share of translations', ({ read }) => read),
    scored('Fréchet classifier distance', 'distance to the photos', ({ frechet }) => frechet),
  ].filter(({ series }) => series.some(({ x }) => x.length > 0));
}
