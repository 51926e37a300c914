import { copyFileSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { beforeAll, describe, expect, inject, it } from 'vitest';
import { findGPU } from '../setup/gpu.js';
import { emptyProject, npmInstall, run } from './installation.js';
import { blockOf } from './page_blocks.js';
import { readRing } from './ring_picture.js';
import { runInNode } from './runs_in_node.js';
import type { NodeRun } from './runs_in_node.js';
import { findRuntimes } from './runtimes.js';

const RUNTIMES = findRuntimes();
const [host, ...others] = RUNTIMES;

/** Bun's engine does not fuse the relaxed multiply-add of WebAssembly. */
const CLOSE = 1e-5;

// The CI installs some, and sets RUNTIME_TESTS=required so that none may be left out.
it.runIf(process.env.RUNTIME_TESTS === 'required')('two runtimes are here besides this one', () => {
  expect(others.map(({ name }) => name).length).toBeGreaterThanOrEqual(2);
});

describe('a newcomer with an empty folder', () => {
  const folder = emptyProject(inject('workshop'), 'runtimes', { type: 'module' });
  let expected: NodeRun;

  beforeAll(() => {
    const peers = ['@tensorflow/tfjs-core@^4.22.0', '@tensorflow/tfjs-layers@^4.22.0'];
    npmInstall(folder, inject('tarball'), ...peers);
    copyFileSync(resolve('test/package/programs/in_node.js'), join(folder, 'in_node.js'));
    const snippet = blockOf(readFileSync('docs/quick-start.md', 'utf8'), 'snippet: newcomer');
    writeFileSync(join(folder, 'snippet.mjs'), snippet);
    writeFileSync(
      join(folder, 'which.mjs'),
      `import { loadBackend } from 'gan-kit';\nconsole.log((await loadBackend()).name);\n`,
    );
    expected = runInNode(folder, [...host!.command, 'in_node.js']);
  });

  describe.each(RUNTIMES)('on $name', ({ name, command }) => {
    const [file, ...args] = command;

    it('sees the ring of the quick start', () => {
      const printed = run(folder, file!, ...args, 'snippet.mjs');
      const [, near, modes] = /\n(\d+) of 1,000 samples are near a mode, of (\d) modes/.exec(
        printed,
      )!;
      expect(Number(near)).toBeGreaterThanOrEqual(800);
      expect(modes).toBe('8');
      expect(Math.min(...readRing(printed).darkPerMode)).toBeGreaterThan(0);
    });

    it('gets the same losses, pictures, report and checkpoints', () => {
      const { losses, ...rest } = runInNode(folder, [...command, 'in_node.js']);
      const { losses: wanted, ...others } = expected;
      expect(rest).toEqual(others);
      if (!name.startsWith('Bun')) expect(losses).toEqual(wanted);
      else
        losses.flat().forEach((loss, i) => {
          expect(Math.abs(loss - wanted.flat()[i]!)).toBeLessThan(CLOSE);
        });
    });

    it('finds wasm with the permission to read alone', () => {
      const restricted = name.startsWith('Deno')
        ? [args[0]!, '--allow-read', '--no-prompt']
        : /^Node 2[2-9]/.test(name)
          ? ['--permission', '--allow-fs-read=*', '--no-warnings']
          : args;
      expect(run(folder, file!, ...restricted, 'which.mjs')).toBe('wasm\n');
    });
  });
});

const { dawn } = findGPU();

describe.runIf(dawn !== undefined)('a newcomer with WebGPU', () => {
  interface OnWebGPU {
    readonly name: string;
    readonly losses: readonly number[];
    readonly ownGPU: boolean;
    readonly refused: readonly unknown[];
  }
  const folder = emptyProject(inject('workshop'), 'runtimes-webgpu', { type: 'module' });
  const runOn = ([file, ...args]: readonly string[], backend: string): OnWebGPU =>
    JSON.parse(run(folder, file!, ...args, 'on_webgpu.js', backend)) as OnWebGPU;
  let expected: OnWebGPU;

  beforeAll(() => {
    Object.assign(process.env, dawn);
    const peers = ['core', 'layers', 'backend-webgpu'].map(
      (name) => `@tensorflow/tfjs-${name}@^4.22.0`,
    );
    npmInstall(folder, inject('tarball'), ...peers);
    symlinkSync(resolve('node_modules/webgpu'), join(folder, 'node_modules/webgpu')); // 132 MB
    copyFileSync(resolve('test/package/programs/on_webgpu.js'), join(folder, 'on_webgpu.js'));
    expected = runOn(host!.command, 'wasm');
  });

  it.each(RUNTIMES)(
    'trains on it on $name, on one that is built in where there is one',
    (runtime) => {
      const { name, losses, ownGPU, refused } = runOn(runtime.command, 'webgpu');
      expect([name, ownGPU]).toEqual(['webgpu', runtime.name.startsWith('Deno')]);
      losses.forEach((loss, i) => expect(Math.abs(loss - expected.losses[i]!)).toBeLessThan(CLOSE));
      expect(losses).toHaveLength(expected.losses.length);
      expect(refused).toEqual(['backend', 9]);
    },
  );
});
