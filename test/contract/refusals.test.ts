import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { entryPoints } from '../docs/doc_comments.js';
import { useBackend } from '../helpers/backends.js';
import { calls } from './calls.js';
import { faultsOf, run } from './faults.js';

/** Exports that take no arguments of a user's, or are made by another one that is called here. */
const MADE_ELSEWHERE = {
  GanKitError: 'thrown by all',
  GradientCheck: 'checkGradients',
  InceptionFeatures: 'inceptionFeatures',
  LPIPSNetwork: 'lpipsNetwork',
  SlotOptimizer: 'abstract: Adam, RMSProp, SGD',
  HYPERPARAMETERS: 'no function',
  ADVERSARIAL_LOSSES: 'no function',
};

/** Calls that no small input makes succeed; their refusals count all the same. */
const WITHOUT_SUCCESS = [
  ...['inceptionFeatures', 'loadInceptionFeatures', 'lpipsNetwork', 'loadLPIPSNetwork', 'readPth'],
];

await useBackend('wasm');
const home = process.cwd();
const exported = new Map<string, unknown>();
for (const path of entryPoints().values()) {
  const module = (await import(path)) as Readonly<Record<string, unknown>>;
  for (const [name, value] of Object.entries(module)) exported.set(name, value);
}
const folder = mkdtempSync(join(tmpdir(), 'gan-kit-refusals-'));
process.chdir(folder);
const table = await calls();
// a class takes what its factory takes
for (const [name, Class] of exported) {
  const factory = [...table.keys()].find((key) =>
    [name.toLowerCase(), `create${name.toLowerCase()}`].includes(key.toLowerCase()),
  );
  if (factory === undefined || table.has(name) || name in MADE_ELSEWHERE) continue;
  const { args } = table.get(factory)!;
  table.set(name, {
    fn: (...given) => new (Class as new (...args: unknown[]) => unknown)(...given),
    args,
  });
}

afterAll(() => {
  process.chdir(home);
  rmSync(folder, { recursive: true });
});

it('every export is called here', () => {
  const missing = [...exported.keys()].filter(
    (name) => /^[A-Z]\w+s$/.test(name) === false && !table.has(name) && !(name in MADE_ELSEWHERE),
  );
  expect(missing).toEqual([]);
});

describe('refuses wrong arguments as a GanKitError and leaves no tensor behind:', () => {
  it.each([...table.keys()])('%s', async (name) => {
    const call = table.get(name)!;
    if (!WITHOUT_SUCCESS.includes(name)) await run(name, call, call.args);
    expect(await faultsOf(name, call)).toEqual([]);
  });
});
