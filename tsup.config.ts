import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { defineConfig } from 'tsup';

const { resolve } = createRequire(import.meta.url);
const textOf = (id: string) => JSON.stringify(readFileSync(resolve(id), 'utf8'));
const bytesOf = (id: string) => JSON.stringify(readFileSync(resolve(id), 'base64'));

/** src/node/assets.ts with what it reads: the package that is published holds these files itself. */
const ASSETS = `
// Their licences are in THIRD_PARTY_LICENSES.md.
export const jpegTurbo = () => Buffer.from(${bytesOf('@cwasm/jpeg-turbo/jpeg-turbo.wasm')}, 'base64');
export const plotScript = () => ${textOf('uplot/dist/uPlot.iife.min.js')};
export const plotStyle = () => ${textOf('uplot/dist/uPlot.min.css')};
`;

// One output file per source file: a bundler can then drop what a program does not import,
// and class registrations stay beside their classes.
export default defineConfig({
  entry: ['src/**/*.ts'],
  format: 'esm',
  target: 'es2022',
  bundle: false,
  splitting: false,
  sourcemap: false,
  clean: true,
  silent: true,
  esbuildPlugins: [
    {
      name: 'assets',
      setup: (build) =>
        build.onLoad({ filter: /[/\\]src[/\\]node[/\\]assets\.ts$/ }, () => ({ contents: ASSETS })),
    },
  ],
});
