import { add, clone, engine, memory, tensor, variable } from '@tensorflow/tfjs-core';
import type { Tensor, Variable } from '@tensorflow/tfjs-core';
import { beforeAll, beforeEach, expect, it } from 'vitest';
import { assignPast, pastValue } from '../../src/internal/past_value.js';
import type {
  CommandEncoder,
  GPUMemory,
  WebGPUBackend,
} from '../../src/kernels/webgpu/runtime/webgpu_backend.js';
import { resourceOf } from '../../src/training/replay/home.js';
import { StateHomes } from '../../src/training/replay/state_homes.js';
import { flush } from '../../src/training/replay/step_recording.js';
import { useBackend } from '../helpers/backends.js';

beforeAll(() => useBackend('webgpu'));

let backend: WebGPUBackend;
let homes: StateHomes;
let weight: Variable;
/** Buffers with the results of steps, in turns, as those of two recorded steps. */
let results: [Tensor, Tensor];
let steps = 0;

function submit(fn: (encoder: CommandEncoder) => void): void {
  flush(backend);
  const encoder = backend.device.createCommandEncoder();
  fn(encoder);
  backend.device.queue.submit([encoder.finish()]);
}

/** Makes a step as a recorded one does, whose result is `next`. */
function step(next: readonly number[]): void {
  const held = results[steps++ % 2]!;
  const value = tensor([...next]);
  for (const { dataId } of [held, value]) backend.uploadToGPU(dataId);
  const buffer = resourceOf(backend, held.dataId);
  submit((encoder) => {
    homes.settle([weight], encoder, new Set([0]));
    copy(encoder, resourceOf(backend, value.dataId), buffer);
  });
  homes.at(0).leave(buffer);
  value.dispose();
}

const copy = (encoder: CommandEncoder, from: GPUMemory, to: GPUMemory): void =>
  encoder.copyBufferToBuffer(from, 0, to, 0, from.size);

/** Reads a copy, so that nothing is kept on the host. */
async function valuesOf(x: Tensor): Promise<number[]> {
  const copied = add(x, 0);
  const values = [...(await copied.data())];
  copied.dispose();
  return values;
}

beforeEach(() => {
  backend = engine().backend as unknown as WebGPUBackend;
  homes = new StateHomes(backend);
  weight = variable(tensor([1, 1]));
  results = [tensor([0, 0]), tensor([0, 0])];
  for (const { dataId } of results) backend.uploadToGPU(dataId);
  flush(backend);
  homes.open([weight]);
  submit((encoder) => homes.settle([weight], encoder));
});

it('has the value that a step has left, and gives back those that are remembered, in any order', async () => {
  const first = pastValue(weight);
  step([2, 3]);
  const second = pastValue(weight);
  const again = pastValue(weight);
  expect(await valuesOf(weight)).toEqual([2, 3]);
  step([4, 5]);
  const third = pastValue(weight);
  step([6, 7]);
  expect(await valuesOf(weight)).toEqual([6, 7]);
  assignPast(weight, second);
  expect(await valuesOf(weight)).toEqual([2, 3]);
  const kept = [first, again, third].map((past) => past.take());
  expect(await Promise.all(kept.map(valuesOf))).toEqual([
    [1, 1],
    [2, 3],
    [4, 5],
  ]);
});

it('leaves the value of today to those who share it where the weight goes back', async () => {
  step([2, 3]);
  const past = pastValue(weight);
  step([NaN, 5]);
  const shared = clone(weight);
  const today = pastValue(weight);
  assignPast(weight, past);
  expect(await valuesOf(weight)).toEqual([2, 3]);
  expect(await valuesOf(shared)).toEqual([NaN, 5]);
  step([8, 9]);
  expect(await valuesOf(weight)).toEqual([8, 9]);
  expect(await valuesOf(shared)).toEqual([NaN, 5]);
  expect(await valuesOf(today.take())).toEqual([NaN, 5]);
});

it('gives back what is remembered after values were set from outside, and after it is closed', async () => {
  const first = pastValue(weight);
  step([2, 3]);
  const second = pastValue(weight);
  const outside = tensor([10, 11]);
  weight.assign(outside);
  const third = pastValue(weight);
  step([12, 13]);
  const [fourth, fifth] = [pastValue(weight), pastValue(weight)];
  homes.close();
  expect(await valuesOf(weight)).toEqual([12, 13]);
  const values = [first, second, third, fourth].map((past) => valuesOf(past.take()));
  expect(await Promise.all(values)).toEqual([
    [1, 1],
    [2, 3],
    [10, 11],
    [12, 13],
  ]);
  fifth.free();
});

it('frees everything when nobody remembers a value and it is closed', async () => {
  const used = () =>
    (backend.bufferManager as unknown as { numUsedBuffers: number }).numUsedBuffers;
  homes.close();
  await valuesOf(weight);
  const before = { used: used(), tensors: memory().numTensors };
  homes.open([weight]);
  for (let k = 0; k < 12; k++) {
    const [past, other] = [pastValue(weight), pastValue(weight)];
    step([k, -k]);
    const later = pastValue(weight);
    step([k, k]);
    if (k % 3 === 0) assignPast(weight, past);
    else past.free();
    if (k % 4 === 0) assignPast(weight, later);
    else later.free();
    other.free();
  }
  homes.close();
  expect(await valuesOf(weight)).toEqual([11, 11]);
  expect({ used: used(), tensors: memory().numTensors }).toEqual(before);
});
