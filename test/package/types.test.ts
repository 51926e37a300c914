import { copyFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, inject, it } from 'vitest';
import { entryPoints } from '../docs/doc_comments.js';
import { run } from './installation.js';

const TSC = resolve('node_modules/typescript/bin/tsc');
const folder = inject('installed');

/** The errors of a program in the bare project, which has no @types/node and no DOM. */
function errorsOf(file: string, options: object): string[] {
  const compilerOptions = {
    target: 'es2022',
    lib: ['es2022'],
    types: [],
    strict: true,
    noEmit: true,
    exactOptionalPropertyTypes: true,
    ...options,
  };
  const config = join(folder, 'tsconfig.json');
  writeFileSync(config, JSON.stringify({ compilerOptions, files: [file] }));
  try {
    run(folder, 'node', TSC, '-p', config);
    return [];
  } catch (error) {
    return (error as Error).message.split('\n').filter((line) => line.includes('error TS'));
  }
}

const RESOLUTIONS = [
  ['nodenext', { module: 'nodenext' }],
  ['bundler', { module: 'esnext', moduleResolution: 'bundler' }],
] as const;

describe.each(RESOLUTIONS)('TypeScript under %s', (_, options) => {
  it('compiles a typed program, and refuses its mistakes', () => {
    copyFileSync(resolve('test/package/programs/typed.ts'), join(folder, 'typed.ts'));
    expect(errorsOf('typed.ts', { ...options, skipLibCheck: true })).toEqual([]);
  });

  it('our own declarations are whole without skipLibCheck', () => {
    // gan-kit/node is for programs that have @types/node.
    const entries = [...entryPoints().keys()].filter((entry) => entry !== 'gan-kit/node');
    const program = entries.map((entry, k) => `export * as e${k} from '${entry}';\n`).join('');
    writeFileSync(join(folder, 'all.ts'), program);
    const ours = errorsOf('all.ts', options).filter((line) =>
      /^(all\.ts|node_modules\/gan-kit\/)/.test(line),
    );
    expect(ours).toEqual([]);
  });
});
