import { readCommandLine } from '../command_line.js';
import { WAYS } from './recipe.js';
import type { Way } from './recipe.js';

/** The options of the example. */
export interface Options {
  /** The ways that are trained. */
  ways: readonly Way[];
  seconds: number;
  batch: number;
  seed: number;
  out: string;
  backend: string | undefined;
  /** Number of threads of wasm. */
  threads: number;
  resume: boolean;
}

const HELP = `Trains a Progressive GAN on MNIST at 32 × 32, stage after stage from 4 × 4 on, and the same networks at
32 × 32 from the start for as many seconds, and scores both with a classifier.

  npm run growing-digits -- [options]

  --seconds N      of training for each of the two, without scores and pictures (default 300): of the
                   processor, so that other programs do not count; of the clock on GPUs
  --way NAME       growing | fixed | both (default both)
  --batch N        images in a batch, a multiple of 4 (default 16)
  --seed N         weights, latent vectors and the order of the images follow from it (default 0)
  --out FOLDER     where pictures, checkpoints and report go (default runs/growing-digits)
  --backend NAME   wasm, cpu, webgpu, tensorflow … (default: the fastest that works)
  --threads N      of wasm, 1 to 8 (default 1): the processor's seconds of all threads count
  --resume         goes on from the checkpoints in --out; a stage ends by the seconds, so that a repeated run differs
`;

/** Reads the command line; ends the program with a message if it is invalid. */
export function readOptions(args: string[]): Options {
  const text = { type: 'string' } as const;
  const { values, stop, word, whole } = readCommandLine(args, HELP, {
    seconds: { ...text, default: '300' },
    way: { ...text, default: 'both' },
    batch: { ...text, default: '16' },
    seed: { ...text, default: '0' },
    out: { ...text, default: 'runs/growing-digits' },
    backend: text,
    threads: { ...text, default: '1' },
    resume: { type: 'boolean', default: false },
  });
  const way = word('way', values.way, [...WAYS, 'both'] as const);
  const batch = whole('batch', values.batch, 4);
  if (batch % 4 !== 0) stop(`--batch must be a multiple of 4. Received: ${batch}.`);
  return {
    ways: way === 'both' ? WAYS : [way],
    seconds: whole('seconds', values.seconds, 1),
    batch,
    seed: whole('seed', values.seed, 0),
    out: values.out,
    backend: values.backend,
    threads: whole('threads', values.threads, 1),
    resume: values.resume,
  };
}
