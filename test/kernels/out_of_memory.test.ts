import {
  add,
  batchToSpaceND,
  engine,
  fill,
  gather,
  matMul,
  memory,
  mul,
  ones,
  spaceToBatchND,
  stridedSlice,
  sum,
  tensor1d,
  tidy,
  tile,
  transpose,
} from '@tensorflow/tfjs-core';
import type { Rank, Tensor, Tensor4D } from '@tensorflow/tfjs-core';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { isGanKitError } from '../../src/errors.js';
import { guardMemory, isOutOfMemory } from '../../src/kernels/wasm/runtime/out_of_memory.js';
import { limitHeap } from '../helpers/limited_heap.js';
import type { LimitedHeap } from '../helpers/limited_heap.js';

const thrown = (fn: () => unknown): unknown => {
  try {
    fn();
  } catch (error) {
    return error;
  }
  throw new Error('nothing was thrown');
};

describe('a full wasm heap', () => {
  let heap: LimitedHeap;
  beforeAll(async () => {
    heap = await limitHeap();
    matMul(ones([2, 2]), ones([2, 2])).dispose(); // what stays
  });
  beforeEach(() => {
    heap.limit = heap.grants = Infinity;
  });

  it('is an error that says how much was asked for and how much is held', async () => {
    const x = fill([2 ** 18], 2);
    heap.limit = heap.held + 2 ** 20;
    const error = thrown(() => fill([2 ** 19], 3));
    expect(isOutOfMemory(error) && isGanKitError(error)).toBe(true);
    expect((error as { code: string }).code).toBe('backend');
    const { message } = error as Error;
    expect(message).toMatch(
      /^wasm: `memory` must be within the heap, .* Received: a request for 2 MiB while [\d.]+ MiB are held\.\nUse a smaller batch .* recompute/,
    );
    const held = Number(/while ([\d.]+) MiB/.exec(message)![1]) * 2 ** 20;
    expect(held).toBeGreaterThanOrEqual(2 ** 20);
    expect(Math.abs(held - heap.held)).toBeLessThan(2 ** 17);
    // from now on a part of the heap stays free for what kernels allocate inside
    expect(() => fill([1], 1)).toThrow(/a request for 4 bytes/);
    // nothing was written over, and the backend works on
    heap.limit = Infinity;
    expect(await sum(x).data()).toEqual(Float32Array.of(2 ** 19));
    expect(await sum(fill([2 ** 19], 3)).data()).toEqual(Float32Array.of(3 * 2 ** 19));
    x.dispose();
  });

  it('is one for 4 GiB and more, which would wrap around', () => {
    const x = ones([2 ** 20]);
    const error = thrown(() => tile(x, [1025]));
    expect(isOutOfMemory(error)).toBe(true);
    expect((error as Error).message).toContain('a request for 4,100 MiB while');
    x.dispose();
  });

  it('frees what the kernel had made that failed, wherever it fails', () => {
    const x = ones([64, 32, 3]);
    const y = ones([32]);
    const ops = [
      () => sum(x, 0),
      () => sum(x, [0, 2]),
      () => transpose(x, [2, 0, 1]),
      () => matMul(x, x, true),
      () => add(mul(x, 2), x),
      () => tile(y, [5]),
    ];
    for (const op of ops) {
      op().dispose();
      const before = { ...memory(), ids: engine().backend.numDataIds(), held: heap.held };
      let failures = 0;
      for (let grants = 0; ; grants++) {
        heap.grants = grants;
        try {
          engine().tidy(() => void op());
          break;
        } catch (error) {
          expect(isOutOfMemory(error)).toBe(true);
          failures++;
        }
        const { numTensors } = memory();
        expect({ ...before, numTensors }).toEqual(before);
        expect(engine().backend.numDataIds()).toBe(before.ids);
        expect(heap.held).toBe(before.held);
      }
      heap.grants = Infinity;
      expect(failures).toBeGreaterThan(0);
    }
    x.dispose();
    y.dispose();
  });

  it('keeps no reference to the inputs of the kernel that failed', () => {
    const ops: ((x: Tensor4D) => Tensor)[] = [
      (x) => gather(x, tensor1d([0, 2, 1], 'int32')),
      (x) => batchToSpaceND(x, [2, 2], [[0, 0], [1, 0]]), // prettier-ignore
      (x) => spaceToBatchND(x, [2, 2], [[0, 0], [1, 1]]), // prettier-ignore
      (x) => stridedSlice(x, [0, 0, 1, 0], [4, 4, 4, 2], [2, 1, 2, 1], 0, 0, 0, 8, 8),
    ];
    for (const op of ops) {
      tidy(() => void op(ones([4, 4, 4, 2])));
      const before = engine().backend.numDataIds();
      let failures = 0;
      for (let grants = 0; failures === grants; grants++)
        tidy(() => {
          const x = ones<Rank.R4>([4, 4, 4, 2]);
          heap.grants = grants;
          try {
            op(x);
          } catch {
            failures++;
          }
          heap.grants = Infinity;
        });
      expect(failures).toBeGreaterThan(0);
      expect(engine().backend.numDataIds()).toBe(before);
    }
  });

  it('is guarded once', () => {
    const { wasm } = heap.backend as unknown as { wasm: Record<'_malloc', unknown> };
    const { _malloc } = wasm;
    guardMemory(heap.backend);
    expect(wasm._malloc).toBe(_malloc);
    expect(isOutOfMemory(new Error('another'))).toBe(false);
  });
});
