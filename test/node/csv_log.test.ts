import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { csvLog } from '../../src/node/log/csv_log.js';

const folder = mkdtempSync(join(tmpdir(), 'gan-kit-csv-'));
afterAll(() => rmSync(folder, { recursive: true }));
const lines = (path: string) => readFileSync(path, 'utf8').split('\r\n');

describe('a CSV log', () => {
  it('has a row for each step, and a column for each name, also one that comes later', async () => {
    const path = join(folder, 'new/losses.csv');
    const log = await csvLog(path);
    expect(lines(path)).toEqual(['step', '']);
    await log.row(10, { discriminator: 1.5, generator: 1e-7 });
    await log.row(20, { generator: Number.NaN, discriminator: 2 });
    await log.row(30, { penalty: 3 });
    await log.row(40, { discriminator: 1, penalty: 4 });
    expect(lines(path)).toEqual([
      'step,discriminator,generator,penalty',
      ...['10,1.5,1e-7,', '20,2,,', '30,,,3', '40,1,,4', ''],
    ]);
  });

  it('goes on after a step: later rows, and a line that was cut off, are dropped', async () => {
    const path = join(folder, 'goes_on.csv');
    const first = await csvLog(path, { after: 0 });
    for (const step of [10, 20, 30, 40]) await first.row(step, { loss: step / 8 });
    writeFileSync(path, readFileSync(path, 'utf8').slice(0, -4));
    const second = await csvLog(path, { after: 25 });
    expect(lines(path)).toEqual(['step,loss', '10,1.25', '20,2.5', '']);
    await second.row(30, { loss: 7 });
    expect(lines(path)).toEqual(['step,loss', '10,1.25', '20,2.5', '30,7', '']);
    await expect(second.row(30, { loss: 7 })).rejects.toThrow(
      'CSVLog.row: `step` must be later than 30. Received: 30.',
    );
    await csvLog(path, { after: 0 });
    expect(lines(path)).toEqual(['step,loss', '']);
  });

  it('drops a line that was cut off without being told of a step', async () => {
    const path = join(folder, 'cut.csv');
    writeFileSync(path, 'step,loss\r\n10,1\r\n20,2.');
    await (await csvLog(path)).row(20, { loss: 2.5 });
    expect(lines(path)).toEqual(['step,loss', '10,1', '20,2.5', '']);
  });

  it('quotes names as RFC 4180 says, and reads them back', async () => {
    const path = join(folder, 'quoted.csv');
    await (await csvLog(path)).row(1, { 'a, "b"': 1, 'two\nlines': 2 });
    expect(readFileSync(path, 'utf8')).toBe('step,"a, ""b""","two\nlines"\r\n1,1,2\r\n');
    await (await csvLog(path)).row(2, { 'two\nlines': 3, 'a, "b"': 4 });
    expect(readFileSync(path, 'utf8')).toBe('step,"a, ""b""","two\nlines"\r\n1,1,2\r\n2,4,3\r\n');
  });

  it('refuses another table, and leaves it', async () => {
    const path = join(folder, 'other.csv');
    writeFileSync(path, 'name,age\r\nx,1\r\n');
    await expect(csvLog(path)).rejects.toMatchObject({ where: 'csvLog', parameter: 'path' });
    expect(readFileSync(path, 'utf8')).toBe('name,age\r\nx,1\r\n');
  });
});
