import type { Evaluation } from '../evaluate/evaluate_folders.js';

/** An evaluation as a table for a terminal. */
export function scoreTable({ features, real, fake, scores }: Evaluation): string {
  const rows = scores.map(({ name, value, std, settings }) => [
    name,
    shown(value),
    std === undefined ? '' : `± ${shown(std)}`,
    Object.entries(settings)
      .map(([key, number]) => `${key} ${number}`)
      .join(', '),
  ]);
  const widths = [0, 1, 2].map((column) => Math.max(...rows.map((row) => row[column]!.length)));
  const lines = rows.map(([name, value, std, settings]) =>
    [name!.padEnd(widths[0]!), value!.padStart(widths[1]!), std!.padEnd(widths[2]!), settings!]
      .join('  ')
      .trimEnd(),
  );
  return [`${fake} fake images, ${real} real images; features: ${features}`, '', ...lines].join(
    '\n',
  );
}

/** Six digits, and no exponent where there need be none. */
const shown = (value: number) =>
  Math.abs(value) >= 1e-4 || value === 0
    ? String(Number(value.toPrecision(6)))
    : value.toExponential(3);
