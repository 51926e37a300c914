import { readCommandLine } from '../command_line.js';

/** The options of the example. */
export interface Options {
  steps: number;
  batch: number;
  seed: number;
  out: string;
  backend: string | undefined;
  /** Number of threads of wasm; undefined for loadBackend's choice. */
  threads: number | undefined;
  resume: boolean;
}

const HELP = `Trains a class-conditional GAN on the 60,000 images of MNIST and their labels, asks it for digits,
and counts how many a classifier recognizes.

  npx tsx examples/labelled_digits/main.ts [options]

  --steps N        generator steps (default 1500); learning rates fall to 0 over the second half
  --batch N        images in a batch (default 24)
  --seed N         every random choice follows from it (default 0)
  --out FOLDER     where pictures, checkpoint and report go (default runs/labelled-digits)
  --backend NAME   wasm, cpu, webgpu, tensorflow … (default: the fastest that works)
  --threads N      of wasm, 1 to 8 (default: as many as there are processors)
  --resume         goes on from the checkpoint in --out, to the last bit as if never stopped
`;

/** Reads the command line; ends the program with a message if it is invalid. */
export function readOptions(args: string[]): Options {
  const text = { type: 'string' } as const;
  const { values, whole } = readCommandLine(args, HELP, {
    steps: { ...text, default: '1500' },
    batch: { ...text, default: '24' },
    seed: { ...text, default: '0' },
    out: { ...text, default: 'runs/labelled-digits' },
    backend: text,
    threads: text,
    resume: { type: 'boolean', default: false },
  });
  return {
    steps: whole('steps', values.steps, 1),
    batch: whole('batch', values.batch, 2),
    seed: whole('seed', values.seed, 0),
    out: values.out,
    backend: values.backend,
    threads: values.threads === undefined ? undefined : whole('threads', values.threads, 1),
    resume: values.resume,
  };
}
