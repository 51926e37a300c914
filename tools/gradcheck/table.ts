import type { GradientVerdict } from '../../src/gradcheck/check_derivatives.js';
import type { Row } from './rows.js';

/** The rows of each backend. */
export type Results = ReadonlyMap<string, readonly Row[]>;

const word = ({ status, error }: GradientVerdict): string =>
  status === 'right' ? error.toExponential(0) : `**${status}**`;

/**
 * Formats the results in Markdown: one line per op, two columns per backend. A cell is `stock → repaired`; a
 * right derivative is shown by its error.
 */
export function markdown(results: Results): string {
  const backends = [...results.keys()];
  const names = [...new Set([...results.values()].flat().map(({ name }) => name))];
  const cell = (backend: string, name: string, order: 'first' | 'second') => {
    const rows = results.get(backend)!.filter((row) => row.name === name);
    const of = (phase: Row['phase']) => rows.find((row) => row.phase === phase)?.[order];
    const [stock, repaired] = [of('stock'), of('repaired')];
    if (stock === undefined || repaired === undefined) return '';
    return stock.status === 'right' ? word(repaired) : `${stock.status} → ${word(repaired)}`;
  };
  const header = ['op', ...backends.flatMap((backend) => [`${backend}, first order`, 'second'])];
  const lines = names.map((name) => [
    name,
    ...backends.flatMap((backend) => [cell(backend, name, 'first'), cell(backend, name, 'second')]),
  ]);
  const widths = header.map((_, i) =>
    Math.max(...[header, ...lines].map((line) => line[i]!.length)),
  );
  const format = (line: string[]) =>
    `| ${line.map((text, i) => text.padEnd(widths[i]!)).join(' | ')} |`;
  return [
    format(header),
    format(widths.map((width) => '-'.repeat(width))),
    ...lines.map(format),
  ].join('\n');
}

/** Describes the repaired rows that are not right. */
export const problems = (results: Results): string[] =>
  [...results].flatMap(([backend, rows]) =>
    rows
      .filter(
        ({ phase, first, second }) =>
          phase === 'repaired' && [first, second].some(({ status }) => status !== 'right'),
      )
      .map(({ name, first, second }) => `${name} on ${backend}: ${first.status}, ${second.status}`),
  );
