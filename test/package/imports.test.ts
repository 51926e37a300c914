import { writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { beforeAll, describe, expect, inject, it } from 'vitest';
import { entryPoints } from '../docs/doc_comments.js';
import { emptyProject, run } from './installation.js';

const ENTRIES = [...entryPoints().keys()];
const PNPM = resolve('node_modules/pnpm/bin/pnpm.cjs');

/** `entry: name, name, …` for each entry, as a program that loads them by `load` sees it. */
function exportsSeen(folder: string, type: 'module' | 'commonjs', load: string): string {
  const program = `
    for (const entry of ${JSON.stringify(ENTRIES)})
      console.log(entry + ': ' + Object.keys(${load}).filter((name) => name !== '__esModule').sort().join(', '));`;
  return run(folder, 'node', `--input-type=${type}`, '--eval', program);
}

// Also: loading the backend prints nothing, and nothing keeps the process from exiting.
const LOADS_WASM = `
  import { loadBackend } from 'gan-kit';
  import { relu, tensor1d } from '@tensorflow/tfjs-core';
  const { name } = await loadBackend();
  console.log(name, ...(await relu(tensor1d([-1, 2])).data()));
`;

describe('installed by npm beside @tensorflow/tfjs', () => {
  const folder = inject('installed');

  it('import gives the public names and nothing else', async () => {
    const seen = exportsSeen(folder, 'module', 'await import(entry)');
    await expect(seen).toMatchFileSnapshot('./exports.txt');
  });

  it('require gives the same names', async () => {
    const seen = exportsSeen(folder, 'commonjs', 'require(entry)');
    await expect(seen).toMatchFileSnapshot('./exports.txt');
  });

  it('what is not public cannot be imported', () => {
    for (const path of ['dist/index.js', 'internal/check.js', 'backend'])
      expect(() => run(folder, 'node', '--eval', `require('gan-kit/${path}')`)).toThrow(
        'ERR_PACKAGE_PATH_NOT_EXPORTED',
      );
  });

  it('there is one tfjs-core', () => {
    const copies = run(folder, 'npm', 'ls', '--parseable', '--all', '@tensorflow/tfjs-core');
    expect(copies.trim().split('\n')).toHaveLength(1);
  });

  it('loadBackend finds wasm', () => {
    expect(run(folder, 'node', '--input-type=module', '--eval', LOADS_WASM)).toBe('wasm 0 2\n');
  });
});

// pnpm gives a package only what it declares, so an undeclared dependency shows here.
describe('installed by pnpm', () => {
  let folder: string;

  beforeAll(() => {
    folder = emptyProject(inject('workshop'), 'by-pnpm', { type: 'module' });
    writeFileSync(join(folder, '.npmrc'), 'strict-peer-dependencies=true\n');
    run(
      folder,
      'node',
      PNPM,
      'add',
      '--prefer-offline',
      inject('tarball'),
      '@tensorflow/tfjs-core@4.22.0',
      '@tensorflow/tfjs-layers@4.22.0',
    );
  });

  it('import gives the public names', async () => {
    const seen = exportsSeen(folder, 'module', 'await import(entry)');
    await expect(seen).toMatchFileSnapshot('./exports.txt');
  });

  it('loadBackend finds wasm', () => {
    expect(run(folder, 'node', '--input-type=module', '--eval', LOADS_WASM)).toBe('wasm 0 2\n');
  });

  it('a GraphModel asks for the package that loads it', () => {
    writeFileSync(join(folder, 'graph.json'), '{"modelTopology":{"node":[]},"weightsManifest":[]}');
    const options = ['--real', '.', '--fake', '.', '--extractor', 'graph.json', '--layer', 'act'];
    expect(() => run(folder, 'npx', '--no-install', 'gan-kit', 'evaluate', ...options)).toThrow(
      /Received: "the GraphModel graph\.json"\.\nGraphModels need @tensorflow\/tfjs-converter: npm install/,
    );
  });
});
