import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isGanKitError } from 'gan-kit';
import { afterAll, describe, expect, it } from 'vitest';
import { useBackend } from '../helpers/backends.js';
import { calls } from './calls.js';
import { run } from './faults.js';

await useBackend('wasm');
const home = process.cwd();
const folder = mkdtempSync(join(tmpdir(), 'gan-kit-missing-'));
process.chdir(folder);
const table = await calls();

afterAll(() => {
  process.chdir(home);
  rmSync(folder, { recursive: true });
});

/** What a call without arguments throws. */
async function refusalOf(name: string): Promise<unknown> {
  try {
    await run(name, table.get(name)!, []);
  } catch (error) {
    return error;
  }
  return undefined;
}

/** What an error may call a function: `hinge.generator` is refused as `hinge`, `Adam.restore` as `restore`. */
const wordsOf = (name: string): string[] => name.replace('()', '').toLowerCase().split('.');

describe('a call without arguments either works or is refused by name:', () => {
  it.each([...table.keys()])('%s', async (name) => {
    const error = await refusalOf(name);
    if (error === undefined) return;
    expect(isGanKitError(error), String((error as Error).stack)).toBe(true);
    const { where, parameter } = error as { where?: string; parameter?: string };
    expect(wordsOf(name)).toContain(where?.toLowerCase().split('.').pop());
    expect(parameter).toMatch(/^\w/);
  });
});
