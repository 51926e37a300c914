import { engine, memory } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import type { SavedState } from '../../src/types.js';
import { useBackend } from '../helpers/backends.js';
import { POINTS, RECORDED } from './recorded_systems.js';
import type { AnySystem, RecordedCase } from './recorded_systems.js';

/** The steps that both systems make; the third of a kind is replayed. */
const STEPS = 50;
/** The steps in which nothing may leak. */
const MANY = 1000;

interface Gpu {
  runWebGPUProgram: (...args: unknown[]) => unknown;
  readonly bufferManager: { readonly numUsedBuffers: number; readonly numFreeBuffers: number };
}
const gpu = () => engine().backend as unknown as Gpu;

/** Makes steps from `first` to before `last`; returns all losses. */
async function train(
  system: AnySystem,
  batch: RecordedCase['batch'],
  first: number,
  last: number,
): Promise<object[]> {
  const losses: object[] = [];
  for (let k = first; k < last; k++) {
    const tensors = batch(k);
    losses.push(await system.trainStep(tensors));
    for (const tensor of Object.values(tensors)) tensor.dispose();
  }
  return losses;
}

/** The bits of a state. */
const bitsOf = ({ values, arrays }: SavedState) => ({
  values,
  arrays: Object.fromEntries(
    Object.entries(arrays).map(([key, { data }]) => [
      key,
      Buffer.from(data.buffer).toString('hex'),
    ]),
  ),
});

// a minute, or five on a machine that does other things besides
vi.setConfig({ testTimeout: 300_000, hookTimeout: 300_000 });
beforeAll(() => useBackend('webgpu'));

describe.each(Object.keys(RECORDED))('%s', (name) => {
  const { make, batch } = RECORDED[name]!;
  let expected: object[];
  let state: SavedState;
  let midway: SavedState;

  beforeAll(async () => {
    const system = make({ replay: false });
    expected = await train(system, batch, 0, STEPS);
    state = await system.state();
    system.dispose();
  });

  it(`has the bits of steps that are run, ${STEPS} times`, async () => {
    const refused: string[] = [];
    const system = make({ replay: true, onReplayRefused: (why) => refused.push(why) });
    const losses = await train(system, batch, 0, STEPS / 2);
    midway = await system.state();
    losses.push(...(await train(system, batch, STEPS / 2, STEPS - 6)));
    const ops = vi.spyOn(gpu(), 'runWebGPUProgram');
    losses.push(...(await train(system, batch, STEPS - 6, STEPS)));
    expect(ops).toHaveBeenCalledTimes(0); // else the last steps were run
    ops.mockRestore();
    expect(refused).toEqual([]);
    expect(losses).toEqual(expected);
    expect(bitsOf(await system.state())).toEqual(bitsOf(state));
    system.dispose();
  });

  it('goes on with the same bits after it was saved and restored within recorded steps', async () => {
    const system = make({ replay: true });
    await system.restore(midway);
    expect(await train(system, batch, STEPS / 2, STEPS)).toEqual(expected.slice(STEPS / 2));
    expect(bitsOf(await system.state())).toEqual(bitsOf(state));
    system.dispose();
  });
});

it(`leaks neither tensors nor buffers in ${MANY} steps`, async () => {
  const { make, batch } = POINTS;
  const system = make({ replay: true });
  await train(system, batch, 0, 20);
  const counts = () => {
    const { numUsedBuffers, numFreeBuffers } = gpu().bufferManager;
    return { tensors: memory().numTensors, numUsedBuffers, numFreeBuffers };
  };
  const then = counts();
  await train(system, batch, 20, 20 + MANY);
  expect(counts()).toEqual(then);
  system.dispose();
});

it('gives all buffers back when the system is disposed of', async () => {
  const { make, batch } = POINTS;
  const used = () => gpu().bufferManager.numUsedBuffers;
  const system = make({ replay: true });
  await train(system, batch, 0, 4);
  const [recorded, run] = [used(), make({ replay: false })];
  const before = used();
  await train(run, batch, 0, 4);
  const ofRun = used() - before; // what a system that records nothing holds
  run.dispose();
  system.dispose();
  expect(recorded).toBeGreaterThan(ofRun);
  expect(used()).toBeLessThan(recorded);
});
