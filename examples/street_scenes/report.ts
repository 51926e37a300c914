import { join } from 'node:path';
import { writeReport } from 'gan-kit/node';
import type { ReportTable, RunReport } from 'gan-kit/node';
import type { Scores } from './judge.js';
import { runName } from './options.js';
import { CLASSES } from './palette.js';
import type { Run, ScoresByDirection } from './run.js';
import { DIRECTIONS } from './systems.js';
import type { Direction } from './systems.js';

/** One row of a table: a name, and its scores in each direction that it has. */
export interface Row {
  readonly name: string;
  readonly scores: ScoresByDirection;
}

const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;

const TITLES: Readonly<Record<Direction, string>> = {
  'labels-to-photo': 'Labels → photo: what a segmenter trained on real photos sees (FCN score)',
  'photo-to-labels': 'Photo → labels: the nearest colour of the palette',
};

/** Makes the tables of both directions: the scores and the accuracy of each class. */
export const tables = (rows: readonly Row[]): ReportTable[] =>
  DIRECTIONS.map((direction) => ({
    title: TITLES[direction],
    columns: ['images', 'per pixel', 'per class', 'class IoU', ...CLASSES],
    rows: rows.flatMap(({ name, scores: { [direction]: scores } }) =>
      scores === undefined ? [] : [[name, ...numbers(scores)]],
    ),
  })).filter(({ rows: found }) => found.length > 0);

const numbers = (scores: Scores) =>
  [scores.pixel, scores.class, scores.iou, ...scores.classes].map(percent);

/** Formats a table in Markdown. */
export function markdown({ title, columns, rows }: ReportTable): string {
  const line = (cells: readonly (string | number)[]) => `| ${cells.join(' | ')} |`;
  const lines = [line(columns), line(columns.map(() => '---')), ...rows.map(line)];
  return `${title}\n\n${lines.join('\n')}\n`;
}

/** Writes `report.html` of a run that ended or was interrupted. */
export async function writeRunReport(
  run: Run,
  facts: Record<string, string>,
  rows: readonly Row[],
): Promise<string> {
  const { history, options } = run;
  const path = join(options.out, 'report.html');
  const steps = history.milestones.map(({ step }) => step);
  const ways = run.translator.directions;
  const curves = [
    {
      title: 'Losses',
      xLabel: 'generator step',
      yLabel: 'loss, times its weight',
      series: Object.entries(history.losses).map(([name, y]) => ({ name, x: history.steps, y })),
    },
    {
      title: 'Scores on the way',
      xLabel: 'generator step',
      yLabel: 'per-pixel accuracy',
      series: ways.map((way) => ({
        name: way,
        x: steps,
        y: history.milestones.map(({ scores }) => scores[way]?.pixel ?? null),
      })),
    },
  ];
  const report: RunReport = {
    title: `${runName(options)} on street scenes`,
    subtitle: `${run.step} generator steps, ${(history.seconds / 60).toFixed(1)} minutes of training`,
    timeline: run.timeline(),
    curves: curves.filter(({ series }) => series.some(({ x }) => x.length > 0)),
    tables: tables(rows),
    configuration: facts,
    notes: [
      ways.length > 1
        ? 'Each row of the pictures: a label map, the photo made of it, the map made of that again; a photo, the map made of it, the photo made of that again.'
        : 'Each row of the pictures: what was given, what was made of it, and the target.',
    ],
  };
  await writeReport(path, report);
  return path;
}
