import { cpSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { symlinkSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { runScript } from '../helpers/program.js';

// tfjs-node-gpu is the code of tfjs-node under another name, with a library that may find a CUDA device.
// Here it is made of tfjs-node, with the library that finds none, or with none.
const NODE = realpathSync(resolve('node_modules/@tensorflow/tfjs-node'));
let folder = '';

beforeAll(() => {
  folder = mkdtempSync(join(NODE, '../../gpu-')); // beside what tfjs-node imports
  for (const kind of ['whole', 'without_addon']) {
    const target = join(folder, kind, 'tfjs-node-gpu');
    mkdirSync(target, { recursive: true });
    cpSync(join(NODE, 'dist'), join(target, 'dist'), { recursive: true });
    const manifest = readFileSync(join(NODE, 'package.json'), 'utf8');
    writeFileSync(
      join(target, 'package.json'),
      manifest.replace('"@tensorflow/tfjs-node"', '"@tensorflow/tfjs-node-gpu"'),
    );
    if (kind === 'whole') symlinkSync(join(NODE, 'lib'), join(target, 'lib'));
  }
});
afterAll(() => rmSync(folder, { recursive: true }));

const GPU = (kind: string) =>
  `const modules = { 'tensorflow-gpu': () => import(${JSON.stringify(join(folder, kind, 'tfjs-node-gpu/dist/index.js'))}) };`;

test('tfjs-node-gpu without a device computes where it is named, and never ranks as a GPU', async () => {
  const { code, stdout, stderr } = await runScript(`
    import * as tf from '@tensorflow/tfjs-core';
    ${GPU('whole')}
    const whole = await loadBackend({ modules });
    const rank = whole.name === 'tensorflow-gpu' ? whole.device : whole.skipped[0].reason;
    console.log(rank);
    const named = await loadBackend({ modules, prefer: ['tensorflow-gpu'] });
    console.log(named.name, named.device, (await tf.add(1, 2).data())[0]);
  `);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  const [rank, named] = stdout.split('\n');
  expect(rank).toMatch(/^(libtensorflow on the CPU|no CUDA device, without which it .*)$/);
  expect(named).toBe('tensorflow-gpu libtensorflow on the CPU 3');
});

test('tfjs-node-gpu without its addon leaves tfjs-node, and no word about kernels', async () => {
  const { code, stdout, stderr } = await runScript(`
    ${GPU('without_addon')}
    const { name, skipped } = await loadBackend({ modules, prefer: ['tensorflow-gpu', 'tensorflow'] });
    console.log(name, skipped[0].reason);
  `);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(stdout).toMatch(/^tensorflow installed without its native addon\. Run: /);
});
