import { copyFileSync, cpSync, mkdirSync, renameSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { build as esbuild } from 'esbuild';
import type { Format } from 'esbuild';
import { build as vite } from 'vite';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { webpack } from 'webpack';
import type { Configuration } from 'webpack';
import { copyProject } from './installation.js';
import { runInNode } from './runs_in_node.js';
import type { NodeRun } from './runs_in_node.js';

const workshop = inject('workshop');
const folder = copyProject(inject('installed'), workshop, 'bundled'); // whose modules are moved
const PROGRAM = 'in_node.js';

/** tfjs is CommonJS, which esbuild leaves its `require`; a module has none by itself. */
const REQUIRE =
  "import { createRequire as requireOf } from 'node:module'; const require = requireOf(import.meta.url);";

const byEsbuild = (format: Format) => async (outfile: string) => {
  await esbuild({
    absWorkingDir: folder,
    entryPoints: [PROGRAM],
    ...{ bundle: true, platform: 'node', format, outfile, logLevel: 'silent', minify: true },
    ...(format === 'esm' && { banner: { js: REQUIRE } }),
  });
};

const byWebpack = (form: Configuration) => (outfile: string) =>
  new Promise<void>((done, fail) =>
    webpack(
      {
        ...{ context: folder, entry: `./${PROGRAM}`, target: 'node20', mode: 'production' },
        optimization: { minimize: false }, // takes a minute; esbuild does it
        ...form,
        output: { path: join(outfile, '..'), filename: outfile.split('/').at(-1)!, ...form.output },
      },
      (error, stats) => {
        const messages = (stats?.toJson().errors ?? []).map(({ message }) => message);
        if (error !== null || messages.length > 0) fail(new Error(messages.join('\n')));
        else done();
      },
    ),
  );

const byVite = async (outfile: string) => {
  await vite({
    ...{ root: folder, configFile: false, logLevel: 'silent' },
    ssr: { noExternal: true },
    build: {
      ssr: PROGRAM,
      outDir: join(outfile, '..'),
      rollupOptions: { output: { banner: REQUIRE, entryFileNames: outfile.split('/').at(-1)! } },
    },
  });
};

const BUNDLERS: readonly [name: string, file: string, bundle: (file: string) => Promise<void>][] = [
  ['esbuild in CommonJS', 'bundle.cjs', byEsbuild('cjs')],
  ['esbuild in ESM', 'bundle.mjs', byEsbuild('esm')],
  ['webpack in CommonJS', 'bundle.cjs', byWebpack({})],
  [
    'webpack in ESM',
    'bundle.mjs',
    byWebpack({
      experiments: { outputModule: true },
      output: { module: true, chunkFormat: 'module', library: { type: 'module' } },
    }),
  ],
  ['Vite for servers', 'bundle.mjs', byVite],
];

describe('a bundle for Node', () => {
  const modules = join(folder, 'node_modules');
  let expected: NodeRun;

  beforeAll(() => {
    copyFileSync(resolve('test/package/programs', PROGRAM), join(folder, PROGRAM));
    expected = runInNode(folder, ['node', PROGRAM]);
  });

  describe.each(BUNDLERS)('by %s', (name, file, bundle) => {
    const out = join(folder, `out-${name.replaceAll(' ', '-')}`);

    it('does all that gan-kit/node does', async () => {
      mkdirSync(out);
      await bundle(join(out, file));
      expect(runInNode(out, ['node', file])).toEqual(expected);
    });

    describe('moved away from its node_modules', () => {
      beforeAll(() => renameSync(modules, `${modules}-away`));
      afterAll(() => renameSync(`${modules}-away`, modules));

      it.each(['wasm-out', '.'])('does it with the binaries in %s beside it', (beside) => {
        const away = join(workshop, `${name.replaceAll(' ', '-')}-${beside.length}`);
        cpSync(out, away, { recursive: true });
        const binaries = join(`${modules}-away`, '@tensorflow/tfjs-backend-wasm/wasm-out');
        cpSync(binaries, join(away, beside), { recursive: true });
        expect(runInNode(workshop, ['node', join(away, file)])).toEqual(expected);
      });
    });
  });
});
