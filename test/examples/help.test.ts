import { afterEach, describe, expect, it, vi } from 'vitest';

type Options = Record<string, { type: string; default?: string | boolean }>;

const told: { help: string; options: Options }[] = [];
vi.mock('../../examples/command_line.js', () => ({
  readCommandLine: (_: string[], help: string, options: Options) => {
    told.push({ help, options });
    throw new Error('read');
  },
}));

describe('--help', () => {
  afterEach(() => void told.splice(0));

  it.each([
    ['examples/mnist/main', () => import('../../examples/mnist/main.js')],
    ['examples/labelled_digits/main', () => import('../../examples/labelled_digits/main.js')],
    ['examples/growing_digits/main', () => import('../../examples/growing_digits/main.js')],
    ['examples/study/main', () => import('../../examples/study/main.js')],
    ['examples/equilibrium/main', () => import('../../examples/equilibrium/main.js')],
    ['examples/collapse/main', () => import('../../examples/collapse/main.js')],
    [
      'examples/latent_optimization/main',
      () => import('../../examples/latent_optimization/main.js'),
    ],
    ['examples/attention_maps/main', () => import('../../examples/attention_maps/main.js')],
    ['examples/stacked_digits/main', () => import('../../examples/stacked_digits/main.js')],
    ['examples/stacked_digits/table', () => import('../../examples/stacked_digits/table.js')],
    ['examples/stacked_gan/main', () => import('../../examples/stacked_gan/main.js')],
    ['examples/semi_supervised/main', () => import('../../examples/semi_supervised/main.js')],
    ['examples/street_numbers/main', () => import('../../examples/street_numbers/main.js')],
    ['examples/street_scenes/main', () => import('../../examples/street_scenes/main.js')],
    ['examples/torchrun/main', () => import('../../examples/torchrun/main.js')],
    ['examples/edges2clothes/main', () => import('../../examples/edges2clothes/main.js')],
    ['examples/gaussians/main', () => import('../../examples/gaussians/main.js')],
    ['examples/gaussians/table', () => import('../../examples/gaussians/table.js')],
    [
      'examples/distributed_statistics/main',
      () => import('../../examples/distributed_statistics/main.js'),
    ],
    [
      'examples/saturating_gradient/main',
      () => import('../../examples/saturating_gradient/main.js'),
    ],
    ['bench/main', () => import('../../bench/main.js')],
  ])(
    'of %s lists its options, no other, and their defaults',
    async (_, program: () => Promise<unknown>) => {
      await expect(program()).rejects.toThrow('read');
      const [{ help, options }] = told as [(typeof told)[number]];
      const lines = help.split(/\n {2}(?=--)/).slice(1);
      const listed = new Map(lines.map((line) => [/^--([a-z-]+)/.exec(line)![1]!, line]));
      expect([...listed.keys()].sort()).toEqual(Object.keys(options).sort());
      for (const [name, { type, default: standard }] of Object.entries(options)) {
        const line = listed.get(name)!;
        // a value has a name, a switch has none
        expect(/^--[a-z-]+ [A-Z]/.test(line), line).toBe(type === 'string');
        const said = /\bdefault:?\s+([\w:,./-]+)/.exec(line)?.[1];
        if (typeof standard === 'string' && said !== undefined && said !== 'all')
          expect(said, line).toBe(standard);
      }
    },
  );
});
