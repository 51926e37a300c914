import { copyFileSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { build as esbuild } from 'esbuild';
import { build as vite } from 'vite';
import { beforeAll, describe, expect, inject, it } from 'vitest';
import { webpack } from 'webpack';
import { copyProject, run } from './installation.js';

const folder = copyProject(inject('installed'), inject('workshop'), 'bundled-for-pages');
const PROGRAM = 'browser.js';
const FAKE = 'the fake tfjs-node was touched';

// A tfjs-node that no browser bundle may hold: native binding, throws when evaluated.
beforeAll(() => {
  const fake = join(folder, 'node_modules/@tensorflow/tfjs-node');
  mkdirSync(fake);
  const manifest = { name: '@tensorflow/tfjs-node', version: '4.22.0', main: 'index.js' };
  writeFileSync(join(fake, 'package.json'), JSON.stringify(manifest));
  writeFileSync(
    join(fake, 'index.js'),
    `require('./tfjs_binding.node'); require('fs').readFileSync('x'); throw new Error('${FAKE}');`,
  );
  writeFileSync(join(fake, 'tfjs_binding.node'), '\0not a module');
  copyFileSync(resolve('test/package/programs', PROGRAM), join(folder, PROGRAM));
});

const BUNDLERS: Record<string, (out: string) => Promise<unknown>> = {
  esbuild: (outdir) =>
    esbuild({
      absWorkingDir: folder,
      entryPoints: [PROGRAM],
      bundle: true,
      format: 'esm',
      minify: true,
      outdir,
      logLevel: 'silent',
      logOverride: { 'empty-import-meta': 'error' },
    }).then(({ warnings }) => expect(warnings).toEqual([])),
  vite: (outDir) =>
    vite({
      root: folder,
      configFile: false,
      logLevel: 'silent',
      mode: 'production',
      build: {
        outDir,
        emptyOutDir: false,
        rollupOptions: {
          input: join(folder, PROGRAM),
          output: { entryFileNames: PROGRAM },
          onwarn: (warning) => {
            if (warning.id?.includes('node_modules/gan-kit/')) throw new Error(warning.message);
          },
        },
      },
    }),
  webpack: (path) =>
    new Promise((done, fail) =>
      webpack(
        {
          context: folder,
          entry: `./${PROGRAM}`,
          mode: 'production',
          target: ['web', 'es2022'],
          experiments: { outputModule: true },
          output: { path, filename: PROGRAM, chunkFormat: 'module', chunkLoading: 'import' },
          optimization: { minimize: false },
          performance: { hints: false },
        },
        (error, stats) => {
          const { errors = [], warnings = [] } = stats?.toJson() ?? {};
          const messages = [...errors, ...warnings].map(({ message }) => message);
          if (error !== null || messages.length > 0)
            fail(new Error(messages.join('\n'), { cause: error }));
          else done(stats);
        },
      ),
    ),
};

describe.each(Object.entries(BUNDLERS))('a browser bundle by %s', (name, bundle) => {
  const out = join(folder, `out-${name}`);

  it('is built without a warning and holds no tfjs-node', async () => {
    await bundle(out);
    const texts = readdirSync(out, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map(({ parentPath, name: file }) => readFileSync(join(parentPath, file), 'utf8'));
    expect(texts.join('')).toContain('the bundled program ran');
    expect(texts.join('')).not.toContain(FAKE);
  });

  it('runs', () => {
    const pretence = resolve('test/package/programs/pretend_browser.js');
    const printed = run(folder, 'node', '--import', pretence, join(out, PROGRAM));
    expect(printed).toBe('the bundled program ran: cpu 0.75\n');
  });
});
