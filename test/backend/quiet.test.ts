import { expect, test } from 'vitest';
import { printedAfterInstall, printedAfterLoad, runScript } from '../helpers/program.js';

const NOTHING = { code: 0, stdout: '', stderr: '' };

test.each(['cpu', 'wasm'])('loadBackend and an op on %s print nothing', async (name) => {
  expect(await printedAfterLoad(name)).toEqual(NOTHING);
});

test.each([
  ['cpu', true],
  ['cpu', false],
  ['wasm', true],
  ['wasm', false],
])('tf.setBackend on %s prints nothing, installKernels before: %s', async (name, first) => {
  const module = `@tensorflow/tfjs-backend-${name}`;
  expect(await printedAfterInstall(name, module, first)).toEqual(NOTHING);
});

test('a program that has begun on wasm may move to cpu, and to a cpu that is started anew', async () => {
  const printed = await runScript(`
    import * as tf from '@tensorflow/tfjs-core';
    import { MathBackendCPU } from '@tensorflow/tfjs-backend-cpu';
    await loadBackend({ prefer: ['wasm'] });
    const x = tf.tensor([1, 2]);
    await tf.setBackend('cpu');
    tf.square(x);
    tf.removeBackend('cpu');
    tf.registerBackend('cpu', () => new MathBackendCPU());
    await tf.setBackend('cpu');
    tf.square([1, 2]);
  `);
  expect(printed).toEqual(NOTHING);
});

test('what else tfjs warns of is printed, and its flags are those of the program', async () => {
  const { stderr, stdout } = await runScript(`
    import * as tf from '@tensorflow/tfjs-core';
    const flags = () => ['IS_TEST', 'PROD', 'DEBUG', 'DEPRECATION_WARNINGS_ENABLED'].map((flag) => tf.env().getBool(flag));
    const warn = () => tf.registerBackend('cpu', () => undefined);
    const { warn: before } = console;
    await loadBackend({ prefer: ['cpu'] });
    console.log(flags().join(), console.warn === before);
    tf.add(1, 2);
    warn();
    tf.enableProdMode();
    warn();
    installKernels();
    tf.add(1, 2);
    warn();
    console.log(flags().join());
  `);
  expect(stderr).toBe('cpu backend was already registered. Reusing existing backend factory.\n');
  expect(stdout).toBe('false,false,false,true true\nfalse,true,false,true\n');
});
