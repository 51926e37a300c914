import { join } from 'node:path';
import { writeReport } from 'gan-kit/node';
import type { ReportTable } from 'gan-kit/node';
import { percent } from '../mnist/report.js';
import { MODES } from './modes.js';
import type { Modes } from './modes.js';
import { COUNTED } from './run.js';
import type { Run } from './run.js';

/** Number of samples whose modes are counted at the end, as in the paper. */
export const SAMPLES = 25_600;

/** Makes the table of the modes at the end. */
export const table = (found: Readonly<Record<string, Modes>>): ReportTable => ({
  title: `Modes of ${SAMPLES} images`,
  columns: ['images', `modes of ${MODES}`, 'KL', 'confident'],
  rows: Object.entries(found).map(([name, { modes, kl, confident }]) => [
    ...[name, String(modes), kl.toFixed(3), percent(confident)],
  ]),
});

/** Writes `report.html` of a run that ended or was interrupted. */
export async function writeRunReport(
  run: Run,
  facts: Record<string, string>,
  tables: ReportTable[],
): Promise<string> {
  const { history, options } = run;
  const path = join(options.out, 'report.html');
  const { milestones } = history;
  const x = milestones.map(({ step }) => step);
  await writeReport(path, {
    title: 'Stacked digits: how many of 1,000 modes',
    subtitle: `packs of ${options.packing}, ${run.step} generator steps, ${(history.seconds / 60).toFixed(1)} minutes of training`,
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
        ...{ title: 'Modes', xLabel: 'generator step', yLabel: `modes of ${COUNTED} samples` },
        series: [{ name: 'found', x, y: milestones.map(({ modes }) => modes) }],
      },
      {
        ...{ title: 'KL', xLabel: 'generator step', yLabel: `KL of ${COUNTED} samples` },
        series: [{ name: 'to uniform', x, y: milestones.map(({ kl }) => kl) }],
      },
    ].filter(({ series }) => series.some((one) => one.x.length > 0)),
    tables,
    configuration: facts,
    notes: [
      'Each pixel has the brightness of three digits, one in red, one in green, one in blue.',
    ],
  });
  return path;
}
