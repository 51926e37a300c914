import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { choose } from '../../bench/choose.js';

const command = (name: string, slow = false) => ({ name, command: 'x', args: [], slow });
const everyone = {
  present: [command('gan-kit, 1 thread'), command('tfjs, wasm'), command('tfjs, cpu', true)],
  absent: [{ name: 'PyTorch', help: 'pip install torch' }],
};
const names = (wanted?: string[]) =>
  choose(everyone, ['gan-kit, 1 thread'], wanted).map(({ name }) => name);

describe('the contenders of a run', () => {
  it('are all but the slow ones, or those that are named', () => {
    expect(names()).toEqual(['gan-kit, 1 thread', 'tfjs, wasm']);
    expect(names(['CPU'])).toEqual(['gan-kit, 1 thread', 'tfjs, cpu']);
  });

  it('an unknown name is refused with the known ones', () => {
    expect(() => names(['wasm', 'jax'])).toThrow(
      '--peers must be parts of these names: "gan-kit, 1 thread", "tfjs, wasm", "tfjs, cpu". Received: "jax".',
    );
    expect(() => names([''])).toThrow(/Received: ""/);
    expect(() => names(['torch'])).toThrow('--peers: PyTorch is not here (pip install torch).');
  });
});

it.each([
  ['--peers', 'jax,nobody', /"jax-js, wasm".* Received: "nobody"\./],
  [
    '--levels',
    'steps,kernels',
    /one of convolutions, steps, memory, metrics, translation, small, webgpu\. Received: kernels\./,
  ],
])('npm run bench refuses %s %s', (option, value, message) => {
  const args = ['--import', 'tsx', 'bench/main.ts', option, value];
  const { status, stderr, stdout } = spawnSync(process.execPath, args, { encoding: 'utf8' });
  expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
  expect(stderr.split('\n')[0]).toMatch(message);
});
