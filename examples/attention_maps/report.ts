import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { decodePNG } from 'gan-kit/io';
import { savePNG, writeReport } from 'gan-kit/node';
import type { ReportCurve, ReportFrame, ReportTable } from 'gan-kit/node';
import { beside } from './pictures.js';
import type { ClassMilestone } from './run.js';
import type { Result } from './verdict.js';

const nameOf = ({ attention, seed }: Result) => `${attention}, seed ${seed}`;

/** Puts pictures of samples side by side in a new file, and returns its path. */
export async function writeSamples(path: string, files: readonly string[]): Promise<string> {
  const pictures = files.map((file) => decodePNG(new Uint8Array(readFileSync(file))));
  await savePNG(path, beside(await Promise.all(pictures)));
  return path;
}

/** Writes `report.html` of the runs that ended. */
export async function writeRunReport(
  out: string,
  results: readonly Result[],
  tables: ReportTable[],
  facts: Record<string, string>,
  pictures: readonly ReportFrame[],
): Promise<string> {
  const path = join(out, 'report.html');
  const milestones = (
    title: string,
    yLabel: string,
    y: (milestone: ClassMilestone) => number,
  ): ReportCurve => ({
    ...{ title, xLabel: 'generator step', yLabel },
    series: results.map((result) => ({
      name: nameOf(result),
      x: result.history.milestones.map(({ step }) => step),
      y: result.history.milestones.map(y),
    })),
  });
  const gammas = (['generator', 'discriminator'] as const).map((network): ReportCurve => ({
    ...{ title: `γ of the ${network}`, xLabel: 'generator step', yLabel: 'γ' },
    series: results
      .filter(({ history }) => history.gammas[network].length > 0)
      .map((result) => ({
        ...{ name: nameOf(result), x: result.history.steps },
        y: result.history.gammas[network],
      })),
  }));
  const losses = results.map((result): ReportCurve => ({
    ...{ title: `Losses, ${nameOf(result)}`, xLabel: 'generator step', yLabel: 'loss' },
    series: (['discriminator', 'generator'] as const).map((name) => ({
      ...{ name, x: result.history.steps, y: result.history[name] },
    })),
  }));
  await writeReport(path, {
    title: 'Attention maps: a class-conditional SAGAN on MNIST',
    subtitle: results.map(nameOf).join('; '),
    timeline: pictures,
    curves: [
      ...gammas,
      milestones('As asked', 'share that the classifier sees as asked', ({ share }) => share),
      milestones('Fréchet distance', 'distance', ({ frechet }) => frechet),
      ...losses,
    ].filter(({ series }) => series.some(({ x }) => x.length > 0)),
    tables,
    configuration: facts,
    notes: [
      'Samples: each row is a digit, each column a latent vector.',
      'Maps: an image with three pixels marked, and for each of them where it looks, the brightest where most.',
    ],
  });
  return path;
}
