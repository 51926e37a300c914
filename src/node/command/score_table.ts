import type { Evaluation } from '../evaluate/evaluation.js';

/** Formats an evaluation as a table for a terminal. */
export function scoreTable(evaluation: Evaluation): string {
  const { features, real, fake, scores, leftOut } = evaluation;
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
  const counts = Object.entries({ fake, real })
    .filter(([, count]) => count !== undefined)
    .map(([side, count]) => `${count} ${side} images`);
  const passedOver = Object.entries(evaluation.passedOver).flatMap(([side, kinds]) =>
    Object.entries(kinds).map(([kind, count]) => `${count} ${kind} (${side})`),
  );
  return [
    [...(counts.length > 0 ? [counts.join(', ')] : []), `features: ${features}`].join('; '),
    ...(passedOver.length > 0 ? [`passed over: ${passedOver.join(', ')}`] : []),
    ...(lines.length > 0 ? ['', ...lines] : []),
    ...(leftOut.length > 0 ? [''] : []),
    ...leftOut.map(({ metric, reason }) => `left out: ${metric}, as ${reason}`),
  ].join('\n');
}

/** Formats a number with six digits; with four and an exponent only if it is below 1e-4. */
const shown = (value: number) =>
  Math.abs(value) >= 1e-4 || value === 0
    ? String(Number(value.toPrecision(6)))
    : value.toExponential(3);
