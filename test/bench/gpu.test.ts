import { spawnSync } from 'node:child_process';
import { afterAll, describe, expect, it } from 'vitest';
import { PASSES } from '../../bench/cases/cases.js';
import { gpuContenders } from '../../bench/contenders.js';
import { missing } from '../../bench/gpu/missing.js';
import { measure } from '../../bench/measure.js';
import { Contender } from '../../bench/protocol/contender.js';
import { watchMemory } from '../../bench/workers/gpu_memory.js';
import { findGPU } from '../setup/gpu.js';

const webgpu = (about: { device: string } | { problem: string }) => ({ name: 'W', about });
const cuda = (about: { device: string } | { problem: string }) => ({ name: 'C', about });

describe('what the benchmark of GPUs needs', () => {
  const nvidia = webgpu({ device: 'nvidia hopper NVIDIA H100' });

  it('is nothing more where both have the same GPU', () => {
    expect(missing(nvidia, cuda({ device: 'NVIDIA H100 PCIe, torch 2.13' }))).toBeUndefined();
    const amd = webgpu({ device: 'amd rdna-3 AMD Radeon RX 7900' });
    expect(missing(amd, cuda({ device: 'AMD Radeon RX 7900, torch 2.13' }))).toBeUndefined();
  });

  it('is told for each of the two', () => {
    const message = missing(
      webgpu({ problem: 'webgpu: no GPU adapter: no driver, or it is blocked' }),
      cuda({ problem: 'torch 2.13.0+cpu has no CUDA, or finds no GPU' }),
    )!;
    expect(message.split('\n')).toHaveLength(3);
    expect(message).toMatch(/- W: .*no GPU adapter.* Needed: a GPU whose driver has Vulkan/);
    expect(message).toMatch(/- C: .*no CUDA.* Needed: set PYTHON to a Python with torch/);
  });

  it.each([
    ['webgpu: not installed. Run: npm install webgpu', /Needed: npm install --no-save/],
    ['webgpu: only a software adapter (SwiftShader)', /Needed: a GPU: a processor/],
    ['the process ended (SIGSEGV)', /SIGSEGV\)$/],
  ])('helps with "%s"', (problem, help) => {
    const message = missing(webgpu({ problem }), cuda({ device: 'NVIDIA H100' }))!;
    expect(message.split('\n')).toHaveLength(2);
    expect(message).toMatch(help);
  });

  it('is one GPU for both', () => {
    const message = missing(webgpu({ device: 'intel gen-12' }), cuda({ device: 'NVIDIA H100' }))!;
    expect(message).toMatch(/one GPU for both: WebGPU has intel gen-12, CUDA has NVIDIA H100/);
  });

  it('ends the program with one message', () => {
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      ['--import', 'tsx', 'bench/gpu/main.ts'],
      { encoding: 'utf8', env: { ...process.env, PYTHON: '/nowhere/python' } },
    );
    expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
    expect(stderr).toMatch(/^bench:gpu compares/);
    expect(stderr).toMatch(/- PyTorch, CUDA: .*ENOENT.*Needed: set PYTHON/);
  });
});

it('the most bytes in use are those of the steps', () => {
  const manager = {
    numBytesUsed: 100,
    acquireBuffer(size: unknown) {
      this.numBytesUsed += Number(size);
      return `a buffer of ${Number(size)}`;
    },
  };
  const memory = watchMemory(manager);
  expect(manager.acquireBuffer(50)).toBe('a buffer of 50');
  manager.numBytesUsed -= 120;
  manager.acquireBuffer(5);
  expect(memory.bytes()).toBe(150);
  memory.reset();
  expect(memory.bytes()).toBe(35);
  manager.acquireBuffer(1);
  expect(memory.bytes()).toBe(36);
});

const { dawn } = findGPU();
describe.skipIf(dawn === undefined)('the worker on WebGPU', { timeout: 120_000 }, () => {
  const [command] = gpuContenders();
  const worker = (backend: string) =>
    new Contender({ ...command!, args: [...command!.args.slice(0, -1), backend], env: dawn! });
  const software = worker('software-webgpu');
  const wasm = worker('1');
  afterAll(() => [software, wasm].forEach((contender) => contender.stop()));

  it('times convolutions, with the results of wasm', async () => {
    expect(command!.args.at(-1)).toBe('webgpu');
    const tasks = PASSES.map((pass) => ({
      one: {
        kind: 'convolution' as const,
        x: [2, 7, 8, 3] as const,
        filter: [3, 3, 3, 4] as const,
        stride: 2,
        pass,
      },
      by: [wasm, software],
    }));
    for (const [, timing] of await measure(tasks, 1, () => undefined)) {
      expect(timing!.problem).toBeUndefined();
      expect(timing!.difference).toBeLessThan(1e-5);
      expect(timing!.rounds[0]).toBeGreaterThan(0);
      // of the GPU: operands and result, not the process
      expect(timing!.peak).toBeGreaterThan(1000);
      expect(timing!.peak).toBeLessThan(2 ** 20);
    }
    expect(await software.about()).toEqual({ device: expect.any(String) as string });
  });
});
