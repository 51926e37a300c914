import {
  Conv2D,
  Conv2DBackpropFilter,
  Conv2DBackpropInput,
  getKernel,
  memory,
  registerKernel,
  setBackend,
  unregisterKernel,
} from '@tensorflow/tfjs-core';
import type { TensorInfo } from '@tensorflow/tfjs-core';
import type { MathBackendCPU } from '@tensorflow/tfjs-backend-cpu';
import { afterEach, describe, expect, test } from 'vitest';
import { selfTest } from '../../src/backend/self_test.js';
import { BACKENDS, useBackend } from '../helpers/backends.js';
import { registerFake, removeFakes } from './fake_candidate.js';

describe.each(BACKENDS)('selfTest on %s', (name) => {
  test('passes, and leaves no tensor', async () => {
    await useBackend(name);
    const before = memory();
    await expect(selfTest()).resolves.toBeUndefined();
    expect(memory().numTensors).toBe(before.numTensors);
    expect(memory().numDataBuffers).toBe(before.numDataBuffers);
  });
});

describe('selfTest on a backend with a fault', () => {
  afterEach(removeFakes);

  const NAMES: Record<string, string> = {
    [Conv2D]: 'the convolution',
    [Conv2DBackpropInput]: 'the gradient of the input',
    [Conv2DBackpropFilter]: 'the gradient of the filter',
  };
  const FAULTS: [string, (value: number, i: number) => number][] = [
    ['one value off by one', (value, i) => (i === 5 ? value + 1 : value)],
    ['NaN', () => NaN],
    ['zeros', () => 0],
  ];

  test.each(
    Object.entries(NAMES).flatMap(([kernel, pass]) =>
      FAULTS.map(([fault, change]) => ({ kernel, pass, fault, change })),
    ),
  )('finds $fault in $pass', async ({ kernel, pass, change }) => {
    registerFake('faulty');
    const { kernelFunc } = getKernel(kernel, 'cpu');
    unregisterKernel(kernel, 'faulty');
    registerKernel({
      kernelName: kernel,
      backendName: 'faulty',
      kernelFunc: (call) => {
        const info = kernelFunc(call) as TensorInfo;
        const values = (call.backend as MathBackendCPU).data.get(info.dataId).values;
        (values as Float32Array).forEach((value, i, all) => (all[i] = change(value, i)));
        return info;
      },
    });
    await setBackend('faulty');
    const before = memory().numTensors;
    await expect(selfTest()).rejects.toThrow(
      new RegExp(`^${pass} has .* instead of .* at element`),
    );
    expect(memory().numTensors).toBe(before);
  });
});
