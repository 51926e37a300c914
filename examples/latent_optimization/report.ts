import { join } from 'node:path';
import { writeReport } from 'gan-kit/node';
import type { ReportCurve, ReportTable } from 'gan-kit/node';
import { bySystem, scoreCurves, table } from '../study/report.js';
import type { Result } from '../study/report.js';
import { spread } from '../spread.js';
import type { Norms } from './recipe.js';

/** The scores and the norms of a run. */
export interface LatentResult extends Result {
  readonly norms: Norms;
}

const PLAYERS = ['generator', 'discriminator'] as const;

/** Returns the mean of the last half of a list. */
function late(values: readonly number[]): number {
  const half = values.slice(Math.floor(values.length / 2));
  return half.reduce((a, b) => a + b, 0) / half.length;
}

/** Makes the table of the scores at the end, and of the norms over the second half of the steps. */
export function latentTable(results: readonly LatentResult[], seconds: number): ReportTable {
  const { title, columns, rows } = table(results, { seconds });
  const runs = bySystem(results);
  return {
    title,
    columns: [...columns, ...PLAYERS.map((name) => `‖∇‖ of the ${name}`)],
    rows: rows.map((row) => [
      ...row,
      ...PLAYERS.map((name) => {
        const means = runs.get(String(row[0]))!.map(({ norms }) => late(norms[name]));
        return spread(means, 2);
      }),
    ]),
  };
}

/** Makes the curve of a player's norm, means over the seeds, as far as all of them have come. */
const normCurve = (
  results: readonly LatentResult[],
  name: (typeof PLAYERS)[number],
): ReportCurve => ({
  ...{ title: `Gradient norm of the ${name}`, xLabel: 'generator step', yLabel: 'norm' },
  series: [...bySystem(results)].map(([system, runs]) => {
    const common = Math.min(...runs.map(({ norms }) => norms.step.length));
    const mean = (i: number) =>
      runs.reduce((sum, { norms }) => sum + norms[name][i]!, 0) / runs.length;
    const { step } = runs[0]!.norms;
    return {
      name: system,
      x: step.slice(0, common),
      y: step.slice(0, common).map((_, i) => mean(i)),
    };
  }),
});

/** Writes `report.html`. */
export async function writeLatentReport(
  out: string,
  results: readonly LatentResult[],
  scores: ReportTable,
  facts: Record<string, string>,
): Promise<string> {
  const path = join(out, 'report.html');
  await writeReport(path, {
    title: 'LOGAN and its base on MNIST at equal time',
    subtitle: `${results.length} runs; the curves are means over the seeds`,
    curves: [...scoreCurves(results), ...PLAYERS.map((name) => normCurve(results, name))],
    tables: [scores],
    configuration: facts,
  });
  return path;
}
