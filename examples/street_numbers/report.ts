import { join } from 'node:path';
import { writeReport } from 'gan-kit/node';
import type { ReportCurve, ReportSummary, ReportTable } from 'gan-kit/node';
import type { Confusion, Reading } from './agreement.js';
import type { Run } from './run.js';

export const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;

/** Writes `report.html` of a run that ended or was interrupted. */
export async function writeRunReport(
  run: Run,
  facts: Record<string, string>,
  reading: Reading | undefined,
): Promise<string> {
  const { history, options } = run;
  const path = join(options.out, 'report.html');
  await writeReport(path, {
    title: `${options.variant} between digits and street numbers`,
    subtitle: `${run.step} generator steps, ${(history.seconds / 60).toFixed(1)} minutes of training; a row of the pictures: twice digit, street number, digit again, then twice street number, digit, street number again`,
    summary: reading === undefined ? [] : summary(reading),
    timeline: run.timeline(),
    curves: curves(run),
    tables: reading === undefined ? [] : tables(reading),
    configuration: facts,
  });
  return path;
}

function summary({ ab, ba, real, count }: Reading): ReportSummary[] {
  return [
    {
      label: 'Digit → street number',
      value: percent(ab),
      note: `of ${count} held-out digits read as themselves; real street numbers: ${percent(real.b)}`,
    },
    {
      label: 'Street number → digit',
      value: percent(ba),
      note: `of ${count} held-out street numbers read as themselves; real digits: ${percent(real.a)}`,
    },
  ];
}

function curves({ history }: Run): ReportCurve[] {
  const { steps, losses, milestones } = history;
  const chart = (title: string, names: string[]): ReportCurve => ({
    title,
    xLabel: 'generator step',
    yLabel: 'loss',
    series: names
      .filter((name) => losses[name] !== undefined)
      .map((name) => ({ name, x: steps, y: losses[name]! })),
  });
  const at = milestones.map(({ step }) => step);
  return [
    {
      title: 'Agreement',
      xLabel: 'generator step',
      yLabel: 'share of translations that read as their source',
      series: [
        { name: 'digit → street number', x: at, y: milestones.map(({ ab }) => ab) },
        { name: 'street number → digit', x: at, y: milestones.map(({ ba }) => ba) },
      ],
    },
    chart('Discriminators', ['discriminatorA', 'discriminatorB', 'penaltyA', 'penaltyB']),
    chart('Adversarial losses of the generators', ['generatorAB', 'generatorBA']),
    chart('Cycle consistency', ['cycleA', 'cycleB']),
  ].filter(({ series }) => series.some(({ x }) => x.length > 0));
}

function tables({ confusion }: Reading): ReportTable[] {
  const table = (title: string, counts: Confusion): ReportTable => ({
    title,
    columns: ['source', ...counts.map((_, digit) => `read ${digit}`), 'right'],
    rows: counts.map((row, digit) => [
      String(digit),
      ...row,
      percent(
        row[digit]! /
          Math.max(
            1,
            row.reduce((a, b) => a + b, 0),
          ),
      ),
    ]),
  });
  return [
    table('Digits as street numbers', confusion.ab),
    table('Street numbers as digits', confusion.ba),
  ];
}
