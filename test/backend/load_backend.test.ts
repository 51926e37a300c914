import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { loadBackend } from '../../src/backend/load_backend.js';
import type { LoadBackendOptions } from '../../src/backend/load_backend.js';
import { OF_DAWN, runScript } from '../helpers/program.js';

describe('loadBackend in a program of its own', () => {
  test('finds wasm, prints nothing, and lets the program end', async () => {
    const { code, stdout, stderr } = await runScript(`
      const { name, device, skipped } = await loadBackend(bare);
      console.log(JSON.stringify({ name, device, skipped: skipped.map(({ name }) => name) }));
    `);
    expect(stderr.replace(OF_DAWN, '')).toBe('');
    expect(JSON.parse(stdout)).toEqual({
      name: 'wasm',
      device: expect.stringMatching(/^WebAssembly SIMD, \d threads?$/) as string,
      skipped: ['tensorflow-gpu', 'tensorflow', 'webgpu', 'cpu'],
    });
    expect(code).toBe(0);
  });

  test('leaves no listener of Emscripten behind, and those of the program alone', async () => {
    const { code, stdout } = await runScript(`
      const before = (error) => { throw error; };
      process.on('uncaughtException', before);
      const loading = loadBackend({ prefer: ['wasm'] });
      const during = (error) => { console.error('my own', error); };
      process.on('unhandledRejection', during);
      await loading;
      console.log(process.listeners('uncaughtException').every((l) => l === before));
      console.log(process.listeners('uncaughtException').length);
      console.log(process.listeners('unhandledRejection').every((l) => l === during));
      console.log(process.listeners('unhandledRejection').length);
    `);
    expect({ code, stdout }).toEqual({ code: 0, stdout: 'true\n1\ntrue\n1\n' });
  });

  test('an uncaught error still ends the program as it does in plain Node', async () => {
    const { code, stderr } = await runScript(`
      await loadBackend({ prefer: ['wasm'] });
      setTimeout(() => { throw new Error('mine'); });
    `);
    expect(code).toBe(1);
    expect(stderr).toContain('Error: mine');
    expect(stderr.length).toBeLessThan(2000);
  });

  test('looks for the wasm files where wasmPath says, and says so when they are not there', async () => {
    const { code, stdout } = await runScript(`
      const { name, skipped } = await loadBackend({ prefer: ['wasm', 'cpu'], wasmPath: 'no/such/folder' });
      console.log(name, skipped.find(({ name }) => name === 'wasm').reason);
    `);
    expect(code).toBe(0);
    expect(stdout).toMatch(
      /^cpu did not start \(no file no\/such\/folder\/tfjs-backend-wasm-simd\.wasm\)\. Copy the folder/,
    );
  });
});

describe('a first attempt that failed', () => {
  /** Code that knows where the files are, and where damaged ones are. */
  const FOLDERS = `
    import { mkdtempSync, writeFileSync } from 'node:fs';
    import { createRequire } from 'node:module';
    import { tmpdir } from 'node:os';
    import { dirname, join } from 'node:path';
    const require = createRequire(${JSON.stringify(import.meta.url)});
    const folder = dirname(require.resolve('@tensorflow/tfjs-backend-wasm'));
    const damaged = mkdtempSync(join(tmpdir(), 'gan-kit-wasm-'));
    for (const kind of ['', '-simd', '-threaded-simd'])
      writeFileSync(join(damaged, 'tfjs-backend-wasm' + kind + '.wasm'), 'damaged');
  `;

  test.each([
    ['are not there', `'no/such/folder'`],
    ['are damaged', 'damaged'],
  ])('as the wasm files %s leaves a later one that names the right ones', async (_, wrong) => {
    const { code, stdout, stderr } = await runScript(`
      ${FOLDERS}
      const first = await loadBackend({ prefer: ['wasm', 'cpu'], wasmPath: ${wrong} });
      const second = await loadBackend({ prefer: ['wasm'], wasmPath: folder, threads: 2 });
      console.log(first.name, second.name, second.device);
    `);
    expect({ code, stdout }).toEqual({ code: 0, stdout: 'cpu wasm WebAssembly SIMD, 2 threads\n' });
    expect(stderr.match(/gan-kit: computing on cpu/g)).toHaveLength(1);
  });

  test('is told of once, with the reason and the cure, and not where cpu is wanted', async () => {
    const { stderr } = await runScript(`
      await loadBackend({ prefer: ['cpu'] });
      console.error('wanted');
      await loadBackend({ prefer: ['wasm', 'cpu'], wasmPath: 'no/such/folder' });
      await loadBackend({ prefer: ['wasm', 'cpu'], wasmPath: 'nor/this/one' });
    `);
    const [before, after] = stderr.replace(OF_DAWN, '').split('wanted\n');
    expect(before).toBe('');
    expect(after).toMatch(
      /^gan-kit: computing on cpu, .*no file no\/such\/folder\/.*Copy the folder .*wasm-out beside the program.*\nSee docs\/backends\.md.*\n$/,
    );
  });

  test('by wrong results leaves a later one with other threads', async () => {
    const { code, stdout } = await runScript(`
      const { Instance } = WebAssembly;
      WebAssembly.Instance = class { constructor() { throw new Error('no instances today'); } };
      const { name, skipped } = await loadBackend({ prefer: ['wasm', 'cpu'], threads: 2 });
      console.log(name, skipped.find(({ name }) => name === 'wasm').reason);
      WebAssembly.Instance = Instance;
      for (const threads of [1, 2])
        console.log((await loadBackend({ prefer: ['wasm'], threads })).device);
    `);
    expect({ code, stdout }).toEqual({
      code: 0,
      stdout:
        'cpu failed the self-test: no instances today\n' + 'WebAssembly SIMD, 1 thread\n'.repeat(2), // the first start decides
    });
  });
});

describe('a process that may not do everything', () => {
  test.each([
    [{ prefer: ['wasm'] }, '1 thread'],
    [{ prefer: ['wasm'], threads: 2 }, '2 threads'],
  ])('need not tell how many processors there are, %o', async (options, threads) => {
    const { code, stdout, stderr } = await runScript(`
      import os from 'node:os';
      os.cpus = os.availableParallelism = () => { throw new Error('NotCapable'); };
      process.on('uncaughtException', (error) => console.log('uncaught', error.message));
      console.log((await loadBackend(${JSON.stringify(options)})).device);
    `);
    expect({ code, stdout, stderr: stderr.replace(OF_DAWN, '') }).toEqual({
      code: 0,
      stdout: `WebAssembly SIMD, ${threads}\n`,
      stderr: '',
    });
  });

  test('need not be allowed threads', async () => {
    const { code, stdout } = await runScript(`
      import threads from 'node:worker_threads';
      import { matMul, ones } from '@tensorflow/tfjs-core';
      let asked = 0;
      threads.Worker = class { constructor() { asked++; throw new Error('ERR_ACCESS_DENIED'); } };
      const { name } = await loadBackend({ prefer: ['wasm'], threads: 2 });
      const product = matMul(ones([300, 300]), ones([300, 300]));
      console.log(name, (await product.data())[7], asked > 0);
    `);
    expect({ code, stdout }).toEqual({ code: 0, stdout: 'wasm 300 true\n' });
  });
});

describe('threads of wasm in Node', () => {
  /** Bits of products, convolutions and what is computed element by element. */
  const digest = (threads: number) =>
    runScript(`
      import * as tf from '@tensorflow/tfjs-core';
      import { createHash } from 'node:crypto';
      const { device } = await loadBackend({ prefer: ['wasm'], threads: ${threads} });
      const wave = (seed, ...shape) => {
        const size = shape.reduce((product, n) => product * n, 1);
        return tf.tensor(Float32Array.from({ length: size }, (_, i) => Math.sin(i * 12.9898 + seed)), shape);
      };
      const run = (name, inputs, attrs) => [tf.engine().runKernel(name, inputs, attrs)].flat();
      /** Passes that are large enough for threads, over lengths that no vector or task divides. */
      const passes = () => {
        const [x, dy] = [wave(6, 3, 901, 67), wave(7, 3, 901, 67)];
        const [mean, variance] = run('GanKitMoments', { x }, { groups: 67 });
        const [gamma, beta] = [wave(8, 67), wave(9, 67)];
        const attrs = { groups: 67, epsilon: 1e-5 };
        const image = wave(6, 2, 41, 39, 67);
        const mirror = { paddings: [[0, 0], [2, 3], [1, 4], [0, 0]], mode: 'reflect' };
        const padded = tf.mirrorPad(image, mirror.paddings, mirror.mode);
        const numbers = { beta1: 0.5, beta2: 0.9, epsilon: 1e-8, rate: 0.1 };
        return [
          ...[mean, variance],
          ...run('GanKitNormalize', { x, mean, variance, gamma, beta }, attrs),
          ...run('GanKitNormalizeGrad', { dy, x, mean, variance, gamma }, attrs),
          ...run('GanKitAdamStep', { value: x, m: dy, v: tf.abs(dy), gradient: x }, numbers),
          ...run('GanKitBrokenSlope', { x, dy }, { alpha: 0.2 }),
          ...run('GanKitMirrorPadGrad', { dy: padded }, mirror),
          ...[padded, tf.mul(x, gamma), tf.div(x, dy), tf.relu(x)],
          ...[tf.concat([x, dy], 2), ...tf.split(x, [5, 62], 2)],
          ...[tf.sum(x), tf.sum(x, [0, 1]), tf.mean(x, 1), tf.sum(x, 2)],
        ];
      };
      const hash = createHash('sha256');
      for (const y of [
        tf.matMul(wave(1, 133, 57), wave(2, 57, 29)),
        tf.conv2d(wave(3, 4, 17, 19, 24), wave(4, 3, 3, 24, 40), 1, 'same'),
        tf.conv2d(wave(3, 4, 17, 19, 24), wave(4, 5, 5, 24, 40), 2, 'same'),
        tf.depthwiseConv2d(wave(3, 4, 17, 19, 24), wave(4, 3, 3, 24, 1), 1, 'same'),
        tf.maxPool(wave(3, 4, 17, 19, 24), 2, 2, 'same'),
        tf.softmax(wave(5, 40, 170)),
        ...passes(),
      ])
        hash.update(await y.data());
      // beyond the memory that the backend starts with
      for (let i = 0; i < 8; i++) hash.update(await tf.add(wave(i, 1024, 1024), i).data());
      console.log(device, hash.digest('hex'), globalThis.Worker);
    `);

  test('are as many as asked for, and change no bit', async () => {
    const [one, two, five] = [await digest(1), await digest(2), await digest(5)];
    expect([one.code, two.code, five.code]).toEqual([0, 0, 0]);
    expect(one.stdout).toMatch(/^WebAssembly SIMD, 1 thread [0-9a-f]{64} undefined\n$/);
    expect(two.stdout).toBe(one.stdout.replace('1 thread', '2 threads'));
    expect(five.stdout).toBe(one.stdout.replace('1 thread', '5 threads'));
  });

  test('change no bit of training in code of the engine that is not optimized yet', async () => {
    const train = (threads: number) =>
      runScript(
        `
        import * as tf from '@tensorflow/tfjs-core';
        import { createHash } from 'node:crypto';
        await loadBackend({ prefer: ['wasm'], threads: ${threads} });
        const hash = createHash('sha256');
        for (let round = 0; round < 8; round++)
          for (const [size, taps, stride] of [[16, 3, 1], [14, 5, 2], [15, 4, 2]]) {
            const x = tf.randomUniform([16, size, size, 32], -1, 1, 'float32', round);
            const w = tf.randomUniform([taps, taps, 32, 48], -1, 1, 'float32', round + 1);
            const dy = tf.conv2d(x, w, stride, 'same');
            const attrs = { strides: [stride, stride], pad: 'same', dataFormat: 'NHWC', filterShape: w.shape };
            const slopes = [
              dy,
              tf.conv2dTranspose(dy, w, x.shape, stride, 'same'),
              tf.engine().runKernel('Conv2DBackpropFilter', { x, dy }, attrs),
            ];
            for (const slope of slopes) hash.update(await slope.data());
            tf.dispose([x, w, slopes]);
          }
        console.log(hash.digest('hex'));
      `,
        '--liftoff-only',
      );
    const one = await train(1);
    expect(one.stdout).toMatch(/^[0-9a-f]{64}\n$/);
    expect(await train(2)).toEqual(one);
    expect(await train(4)).toEqual(one);
  }, 60_000);

  test('that fail to start leave one thread, and a program that ends', async () => {
    const threads = fileURLToPath(new URL('../../src/backend/wasm_threads.ts', import.meta.url));
    const { code, stdout } = await runScript(`
      import * as tf from '@tensorflow/tfjs-core';
      import * as wasm from '@tensorflow/tfjs-backend-wasm';
      import { createRequire } from 'node:module';
      import { dirname, join } from 'node:path';
      import { useThreads } from ${JSON.stringify(threads)};
      const main = createRequire(${JSON.stringify(import.meta.url)}).resolve('@tensorflow/tfjs-backend-wasm');
      let made = 0;
      class BackendWasm { constructor() { made++; throw new Error('no pool'); } }
      const { setThreadsCount } = wasm;
      const folder = join(dirname(main), '..', 'wasm-out');
      useThreads({ BackendWasm, setThreadsCount }, 2, (file) => join(folder, file), () => folder);
      await tf.setBackend('wasm');
      console.log(made, await tf.add(1, 2).data(), globalThis.Worker);
    `);
    expect({ code, stdout }).toEqual({ code: 0, stdout: '1 Float32Array(1) [ 3 ] undefined\n' });
  });

  test('are left out where their binary is not there', async () => {
    const { code, stdout } = await runScript(`
      import { cpSync, mkdtempSync } from 'node:fs';
      import { createRequire } from 'node:module';
      import { tmpdir } from 'node:os';
      import { dirname, join } from 'node:path';
      const require = createRequire(${JSON.stringify(import.meta.url)});
      const from = dirname(require.resolve('@tensorflow/tfjs-backend-wasm'));
      const folder = mkdtempSync(join(tmpdir(), 'gan-kit-wasm-'));
      for (const name of ['', '-simd'])
        cpSync(join(from, 'tfjs-backend-wasm' + name + '.wasm'), join(folder, 'tfjs-backend-wasm' + name + '.wasm'));
      const { name, device } = await loadBackend({ prefer: ['wasm'], wasmPath: folder, threads: 2 });
      console.log(name, device);
    `);
    expect({ code, stdout }).toEqual({ code: 0, stdout: 'wasm WebAssembly SIMD, 1 thread\n' });
  });
});

test('two calls at once answer alike', async () => {
  const options = { prefer: ['webgl', 'wasm', 'cpu'] } as const;
  const [first, second] = await Promise.all([loadBackend(options), loadBackend(options)]);
  expect(first).toEqual(second);
  expect(first.name).toBe('wasm');
});

test('a wish that this platform cannot meet is an error with the reason', async () => {
  await expect(loadBackend({ prefer: ['webgl'] })).rejects.toThrow(
    'loadBackend: `prefer` must be an array with a backend that works on this machine. Received: ["webgl"].\n' +
      '- webgl: does not exist on this platform',
  );
});

describe('options that are wrong', () => {
  const file = { 'tfjs-backend-wasm.wasm': 'a.wasm' };
  test.each<[unknown, string, string]>([
    ['wasm', 'type', '`options` must be an object'],
    [
      { backend: 'wasm' },
      'value',
      '`options` must be an object with the keys prefer, wasmPath, threads',
    ],
    [{ prefer: 'wasm' }, 'type', '`prefer` must be an array of backend names. Received: "wasm"'],
    [{ prefer: [] }, 'value', '`prefer` must be an array of backend names. Received: []'],
    [{ prefer: ['wasm', 'metal'] }, 'value', "`prefer[1]` must be one of 'tensorflow-gpu'"],
    [{ wasmPath: 3 }, 'type', '`wasmPath` must be a string or an object. Received: 3'],
    [{ wasmPath: null }, 'type', '`wasmPath` must be a string or an object. Received: null'],
    [{ wasmPath: file }, 'value', '`wasmPath` must be the address of each file'],
    [{ threads: 0 }, 'value', '`threads` must be an integer >= 1 and <= 8. Received: 0'],
    [{ threads: '2' }, 'type', '`threads` must be an integer'],
    [{ softwareWebGPU: 1 }, 'type', '`softwareWebGPU` must be true or false. Received: 1'],
    [{ timeout: 0 }, 'value', '`timeout` must be a finite number > 0. Received: 0'],
    [{ timeout: NaN }, 'value', '`timeout` must be a finite number > 0. Received: NaN'],
    [{ softwareWebGL: 'yes' }, 'type', '`softwareWebGL` must be true or false. Received: "yes"'],
    [{ modules: { metal: () => 0 } }, 'value', '`modules` must be an object with the keys tenso'],
    [{ modules: { webgl: 'x' } }, 'type', '`modules.webgl` must be a function'],
  ])('%j', async (options, code, message) => {
    const error: unknown = await loadBackend(options as LoadBackendOptions).catch(
      (e: unknown) => e,
    );
    expect(error).toMatchObject({ name: 'GanKitError', code });
    expect((error as Error).message).toContain(`loadBackend: ${message}`);
  });
});
