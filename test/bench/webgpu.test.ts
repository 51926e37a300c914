import { afterAll, describe, expect, it } from 'vitest';
import { webgpuCases } from '../../bench/cases/webgpu_cases.js';
import { webgpuContenders } from '../../bench/contenders.js';
import { Contender } from '../../bench/protocol/contender.js';
import { webgpuTable } from '../../bench/tables/webgpu_table.js';
import { countCommands } from '../../bench/workers/count_commands.js';
import { findGPU } from '../setup/gpu.js';

/** A device whose methods are in prototypes, as those of WebGPU are. */
function playDevice() {
  class Pass {
    readonly calls: unknown[][] = [];
    dispatchWorkgroups(...sizes: number[]) {
      this.calls.push(sizes);
    }
    dispatchWorkgroupsIndirect() {
      this.calls.push(['indirect']);
    }
    end() {}
  }
  class Encoder {
    beginComputePass() {
      return new Pass();
    }
    finish() {}
  }
  class Queue {
    submit(commands: unknown[]) {
      return commands.length;
    }
  }
  return { queue: new Queue(), createCommandEncoder: () => new Encoder() };
}

describe('commands of WebGPU', () => {
  it('are counted whoever makes them, and still do what they did', () => {
    const device = playDevice();
    const before = device.createCommandEncoder().beginComputePass();
    const commands = countCommands(device);
    expect(commands).toEqual({ dispatches: 0, submissions: 0, submitted: 0 });
    const pass = device.createCommandEncoder().beginComputePass();
    pass.dispatchWorkgroups(2, 3);
    pass.dispatchWorkgroupsIndirect();
    before.dispatchWorkgroups(1);
    expect(pass.calls).toEqual([[2, 3], ['indirect']]);
    expect(commands).toEqual({ dispatches: 3, submissions: 0, submitted: 0 });
    const now = performance.now();
    expect(device.queue.submit([1, 2])).toBe(2);
    expect(commands.submissions).toBe(1);
    expect(commands.submitted).toBeGreaterThanOrEqual(now);
  });

  it('are in a table, with the time of JavaScript as a multiple of the first contender', () => {
    const commands = { dispatches: 1556.25, submissions: 2 };
    const all = { difference: 0, peak: 1 };
    const table = webgpuTable([
      {
        name: 'pix2pix',
        timings: [
          { ...all, contender: 'recorded', rounds: [2, 3, 4], commands },
          { ...all, contender: 'before', rounds: [40, 60, 40], commands },
          { ...all, contender: 'unable', rounds: [], difference: Infinity, problem: 'no adapter' },
        ],
      },
    ]);
    expect(table.split('\n').slice(2)).toEqual([
      '| pix2pix | recorded | 1,556.3 | 2 | 3.00 ms | 1.0 (1.0–1.0) |',
      '|  | before | 1,556.3 | 2 | 40.0 ms | 20.0 (10.0–20.0) |',
      '|  | unable | – | – | cannot | – |',
    ]);
  });
});

const { dawn } = findGPU();
describe.skipIf(dawn === undefined)('the worker that counts', { timeout: 120_000 }, () => {
  const [command] = webgpuContenders(dawn!);
  const worker = new Contender({ ...command!, args: [...command!.args, '1'] });
  afterAll(() => worker.stop());

  it('tells the commands of a step, and its time without the wait for the losses', async () => {
    const [{ work }] = webgpuCases() as [ReturnType<typeof webgpuCases>[0]];
    const ready = await worker.prepare(work, 0);
    expect(ready).toEqual({ fingerprint: [expect.any(Number), expect.any(Number)] });
    const began = performance.now();
    const timed = await worker.run(0, 1);
    const wall = performance.now() - began;
    if ('problem' in timed) throw new Error(timed.problem);
    expect(timed.ms).toBeGreaterThan(0);
    expect(timed.ms).toBeLessThan(wall);
    // two networks, forward and backward, and Adam on each
    expect(timed.commands!.dispatches).toBeGreaterThan(50);
    expect(timed.commands!.submissions).toBeGreaterThanOrEqual(1);
  });
});
