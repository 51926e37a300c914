import { join } from 'node:path';
import { encodePNG, writeReport } from 'gan-kit/node';
import type { Result } from './experiment.js';
import { SAMPLES } from './experiment.js';
import { MIXTURES } from './mixtures.js';
import type { Options } from './options.js';
import { scatter } from './scatter.js';

export const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;

/** Writes `report.html`: the samples over time, quality and losses. */
export async function writeRunReport(
  { data, system, seed, steps, out }: Options,
  { milestones, losses, seconds }: Result,
  backend: string,
): Promise<string> {
  const path = join(out, 'report.html');
  const mixture = MIXTURES[data];
  const total = mixture.means.length;
  const { modes, highQuality, reverseKL } = milestones.at(-1)!;
  const looks = milestones.map(({ step }) => step);
  const noted = losses.map(({ step }) => step);
  const series = (name: 'discriminator' | 'generator' | 'penalty') => ({
    name,
    x: noted,
    y: losses.map((loss) => loss[name] ?? null),
  });
  await writeReport(path, {
    title: `${system} on the ${data}`,
    subtitle: `${steps} generator steps, ${seconds.toFixed(1)} seconds of training`,
    summary: [
      { label: 'Modes', value: `${modes} of ${total}`, note: 'with a high-quality sample' },
      {
        label: 'High quality',
        value: percent(highQuality),
        note: `of ${SAMPLES} samples lie within 3 σ of a mode; of a Gaussian itself 98.9 %`,
      },
      { label: 'Reverse KL', value: reverseKL.toFixed(4), note: '0: all modes equally often' },
    ],
    timeline: milestones.map((milestone) => ({
      caption: `step ${milestone.step}: ${milestone.modes} modes, ${percent(milestone.highQuality)} high quality`,
      png: encodePNG(scatter([[milestone]], mixture)),
    })),
    curves: [
      {
        title: 'High-quality samples',
        xLabel: 'generator step',
        yLabel: 'share',
        series: [{ name: 'share', x: looks, y: milestones.map((one) => one.highQuality) }],
      },
      {
        title: 'Losses',
        xLabel: 'generator step',
        yLabel: 'loss',
        series: [
          series('discriminator'),
          series('generator'),
          ...(losses[0]?.penalty === undefined ? [] : [series('penalty')]),
        ],
      },
    ],
    configuration: { data, system, seed: String(seed), backend, node: process.version },
  });
  return path;
}
