import { readCommandLine } from '../command_line.js';
import { SYSTEMS } from './recipe.js';

/** The options of the example. */
export interface Options {
  readonly systems: readonly string[];
  readonly seeds: readonly number[];
  /** Seconds of each training. */
  readonly seconds: number;
  readonly out: string;
  readonly backend: string | undefined;
}

const HELP = `Trains LOGAN and its base GAN on MNIST at 32 × 32 for equally many seconds, and scores what they make.

  npx tsx examples/latent_optimization/main.ts [options]

  --systems A,B    of ${Object.keys(SYSTEMS).join(', ')} (default all)
  --seeds A,B      default 0,1,2
  --seconds N      of each training, without scores (default 40): of the processor; of the clock on GPUs
  --out FOLDER     keeps each run, so that an interrupted one goes on (default runs/latent_optimization)
  --backend NAME   wasm, cpu, webgpu, tensorflow … (default: the fastest that works)
`;

/** Reads the command line; ends the program with a message if it is invalid. */
export function readOptions(args: string[]): Options {
  const text = { type: 'string' } as const;
  const { values, word, whole } = readCommandLine(args, HELP, {
    systems: { ...text, default: Object.keys(SYSTEMS).join(',') },
    seeds: { ...text, default: '0,1,2' },
    seconds: { ...text, default: '40' },
    out: { ...text, default: 'runs/latent_optimization' },
    backend: text,
  });
  return {
    systems: values.systems.split(',').map((name) => word('systems', name, Object.keys(SYSTEMS))),
    seeds: values.seeds.split(',').map((seed) => whole('seeds', seed, 0)),
    seconds: whole('seconds', values.seconds, 1),
    out: values.out,
    backend: values.backend,
  };
}
