import { mkdtempSync, rmSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadBackend } from '../../src/backend/load_backend.js';
import { useBackend } from '../helpers/backends.js';
import { withoutBackend } from '../helpers/without_backend.js';
import { entryPoints, guideExamples, publicFace, typeErrors } from './doc_comments.js';
import { agrees, runExample } from './run_example.js';

const { exports: EXPORTS, bareOptions } = publicFace();
const EXAMPLES = [...EXPORTS.flatMap(({ examples }) => examples), ...guideExamples()];
const modules = new Map<string, unknown>();
const home = process.cwd();
let folder = '';

beforeAll(async () => {
  await useBackend('wasm');
  for (const [specifier, path] of entryPoints()) modules.set(specifier, await import(path));
  const ganKit = modules.get('gan-kit') as object;
  modules.set('gan-kit', { ...ganKit, loadBackend: loadWasm });
  const host = ['core', 'layers', 'backend-cpu', 'backend-wasm'].map(
    (name) => `@tensorflow/tfjs-${name}`,
  );
  const builtins = builtinModules.filter((name) => !name.startsWith('_'));
  for (const specifier of [...host, ...builtins.map((name) => `node:${name}`)])
    modules.set(specifier, await import(specifier));
  folder = mkdtempSync(join(tmpdir(), 'gan-kit-examples-'));
  process.chdir(folder);
});

/** What `loadBackend` is to a project that has installed no other backend. */
const loadWasm: typeof loadBackend = (options) => loadBackend({ prefer: ['wasm'], ...options });

afterAll(() => {
  process.chdir(home);
  rmSync(folder, { recursive: true });
});

describe('the doc comment of', () => {
  it.each(EXPORTS.map((one) => [`${one.entry}: ${one.name}`, one] as const))('%s', (_, one) => {
    expect(one.comment, 'a first sentence').toMatch(/\S/);
    expect(one.documentedParameters, '@param of each parameter').toEqual(
      expect.arrayContaining([...one.parameters]),
    );
    // A class that is made by a factory may leave the example to it.
    const lower = one.name.toLowerCase();
    const examples = EXPORTS.filter(({ name }) =>
      [lower, `create${lower}`].includes(name.toLowerCase()),
    ).flatMap((namesake) => namesake.examples);
    expect(examples, '@example with a ```ts block').not.toHaveLength(0);
  });
});

it('every option has a comment', () => {
  expect(bareOptions).toEqual([]);
});

describe('the example of', () => {
  const errors = typeErrors(EXAMPLES);

  it.each(EXAMPLES.map((example) => [example.name, example] as const))(
    '%s',
    async (name, { code, runs }) => {
      expect(errors.get(name), 'types').toEqual([]);
      if (!runs) return;
      await withoutBackend(async () => {
        for (const { expected, printed } of await runExample(code, modules)) {
          expect(printed, `→ ${expected}`).not.toHaveLength(0);
          for (const line of printed)
            expect(agrees(line, expected), `printed ${line}, claims ${expected}`).toBe(true);
        }
      });
    },
  );
});

describe('a claim', () => {
  it.each([
    ['0.6931472', '0.69', true],
    ['0.6999', '0.69', false],
    ['Float32Array(2) [ 1, 2.0004 ]', 'Float32Array(2) [ 1, 2.000 ]', true],
    ['Float32Array(2) [ 1, 2 ]', 'Float32Array(3) [ 1, 2 ]', false],
    ['1', '2', false],
    ['wasm', 'cpu', false],
  ])('of %s as %s', (printed, expected, verdict) => {
    expect(agrees(printed, expected)).toBe(verdict);
  });

  it('is compared with what its own line prints', async () => {
    const code = 'console.log("no claim");\nconsole.log(1 +\n  1); // → 2\n';
    expect(await runExample(code, new Map())).toEqual([{ expected: '2', printed: ['2'] }]);
  });

  it('must belong to a console.log', async () => {
    await expect(runExample('const x = 1; // → 1\nvoid x;', new Map())).rejects.toThrow('// →');
  });
});
