import type { ReportTable } from 'gan-kit/node';

/** Formats a table of a report as Markdown. */
export const markdownTable = ({ title, columns, rows }: ReportTable): string =>
  [`${title}:\n`, ...[columns, columns.map(() => '---'), ...rows].map(line)].join('\n');

const line = (cells: readonly (string | number)[]) => `| ${cells.join(' | ')} |`;

/** Prints a table of a report as Markdown. */
export const printTable = (table: ReportTable): void => console.log(`\n${markdownTable(table)}`);
