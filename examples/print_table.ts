import type { ReportTable } from 'gan-kit/node';

/** Prints a table of a report as Markdown. */
export function printTable({ title, columns, rows }: ReportTable): void {
  console.log(`\n${title}:\n\n| ${columns.join(' | ')} |`);
  console.log(`| ${columns.map(() => '---').join(' | ')} |`);
  for (const row of rows) console.log(`| ${row.join(' | ')} |`);
}
