import { existsSync } from 'node:fs';
import { appendFile, mkdir, readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { fail } from '../../internal/check.js';
import { readOptions } from '../../internal/read_options.js';
import { checkPath, writeFileAtomic } from '../files/atomic_file.js';
import { checkValues, LOG_OPTIONS } from './log_options.js';
import type { LogOptions } from './log_options.js';

/** A log as a table. */
export interface CSVLog {
  /** The file. */
  readonly path: string;
  /** Adds a row for a step, which must be later than those before. */
  row(step: number, values: Readonly<Record<string, number>>): Promise<void>;
}

const STEP = 'step';

/** Quotes a field if it has to be. */
const quoted = (field: string): string =>
  /[",\r\n]/.test(field) ? `"${field.replaceAll('"', '""')}"` : field;

const line = (fields: readonly string[]): string => `${fields.map(quoted).join(',')}\r\n`;

/** Reads the rows of a text; the last one only if its line has an end. */
function parse(text: string): string[][] {
  const rows: string[][] = [];
  let row: string[] = [];
  for (const [, inQuotes, plain, end] of text.matchAll(
    /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r?\n|$)/g,
  )) {
    row.push(inQuotes?.replaceAll('""', '"') ?? plain ?? '');
    if (end === ',') continue;
    if (end !== '') rows.push(row);
    row = [];
  }
  return rows;
}

/**
 * Opens a log of numbers by step as a CSV file (RFC 4180): a header with the names, and one row a step. A number that is not
 * finite, or that a step does not have, is an empty field; a name that comes later adds a column.
 *
 * @param path The file; missing folders are made.
 * @param options `after`: the step that the run goes on from, 0 for one that begins: rows of later steps are dropped. All
 *   of them stay if it is omitted.
 * @returns The log. It holds no file open, so that there is nothing to close.
 * @throws GanKitError if an argument is invalid, or the file is no log; the file system's own errors as they are.
 *
 * **Differentiable:** no.
 *
 * @example
 * ```ts
 * import { readFile } from 'node:fs/promises';
 * import { csvLog } from 'gan-kit/node';
 *
 * const log = await csvLog('runs/1/losses.csv');
 * await log.row(10, { discriminator: 1.25, generator: 0.5 });
 * console.log((await readFile(log.path, 'utf8')).split('\r\n')[1]); // → 10,1.25,0.5
 * ```
 */
export async function csvLog(path: string, options: LogOptions = {}): Promise<CSVLog> {
  const where = 'csvLog';
  checkPath(where, path);
  const { after = Infinity } = readOptions(where, options, LOG_OPTIONS);
  await mkdir(dirname(path), { recursive: true });
  const [header = [STEP], ...found] = existsSync(path) ? parse(await readFile(path, 'utf8')) : [];
  if (header[0] !== STEP)
    fail('state', where, 'path', `a CSV file whose first column is ${STEP}`, header[0]);
  let names = header.slice(1);
  const rows = found.filter(([step]) => Number(step) <= after);
  let last = rows.length === 0 ? -1 : Number(rows.at(-1)![0]);
  const rewrite = () => writeFileAtomic(path, [[STEP, ...names], ...rows].map(line).join(''));
  await rewrite();
  return {
    path,
    async row(step, values) {
      const where = 'CSVLog.row';
      checkValues(where, step, values);
      if (step <= last) fail('value', where, 'step', `later than ${last}`, step);
      const others = Object.keys(values).filter((name) => !names.includes(name));
      const fields = [...names, ...others].map((name) =>
        Number.isFinite(values[name]) ? String(values[name]) : '',
      );
      const row = [String(step), ...fields];
      last = step;
      rows.push(row);
      if (others.length === 0) return appendFile(path, line(row));
      names = [...names, ...others];
      for (const one of rows) while (one.length <= names.length) one.push('');
      await rewrite();
    },
  };
}
