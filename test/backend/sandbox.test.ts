import { execFile } from 'node:child_process';
import { resolve } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

const run = promisify(execFile);
const root = resolve(import.meta.dirname, '../..');
const vitest = resolve(root, 'node_modules/vitest/vitest.mjs');

// These pools give a file a realm of its own; what Node makes, memory of threads too, is of another one.
test.each(['vmThreads', 'vmForks'])('loadBackend under Vitest with %s', async (pool) => {
  const config = 'test/backend/sandbox/vitest.config.ts';
  const options = ['run', '--config', config, '--pool', pool, '--no-color'];
  const { stdout } = await run(process.execPath, [vitest, ...options], { cwd: root });
  expect(stdout).toMatch(/Tests {2}1 passed/);
});
