import { readCommandLine } from '../command_line.js';
import type { Setting } from './experiment.js';
import { MIXTURES } from './mixtures.js';
import type { MixtureName } from './mixtures.js';
import { SYSTEMS } from './systems.js';

export interface Options extends Required<Setting> {
  readonly out: string;
  readonly backend: string | undefined;
}

const HELP = `Trains a small GAN on a mixture of Gaussians and counts the modes that it finds.

  npx tsx examples/gaussians/main.ts [options]

  --data NAME      ${Object.keys(MIXTURES).join(' | ')} (default ring)
  --system NAME    ${SYSTEMS.join(' | ')} (default wgan-gp)
  --packing N      samples that the discriminator judges at once (default 1)
  --steps N        generator steps (default 2500); rates fall to 0 over the second half
  --seed N         every random choice follows from it (default 0)
  --backend NAME   wasm, cpu, webgpu, tensorflow … (default: the fastest that works)
  --out FOLDER     where picture and report go (default runs/DATA-SYSTEM)
`;

/** Reads the command line; ends the program with a message if it is invalid. */
export function readOptions(args: string[]): Options {
  const text = { type: 'string' } as const;
  const { values, word, whole } = readCommandLine(args, HELP, {
    data: { ...text, default: 'ring' },
    system: { ...text, default: 'wgan-gp' },
    packing: { ...text, default: '1' },
    steps: { ...text, default: '2500' },
    seed: { ...text, default: '0' },
    backend: text,
    out: text,
  });
  const data = word('data', values.data, Object.keys(MIXTURES) as MixtureName[]);
  const system = word('system', values.system, SYSTEMS);
  return {
    data,
    system,
    packing: whole('packing', values.packing, 1),
    steps: whole('steps', values.steps, 1),
    seed: whole('seed', values.seed, 0),
    backend: values.backend,
    out: values.out ?? `runs/${data}-${system}`,
  };
}
