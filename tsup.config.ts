import { defineConfig } from 'tsup';

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
});
