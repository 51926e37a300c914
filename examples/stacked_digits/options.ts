import { readCommandLine } from '../command_line.js';

/** The options of the example. */
export interface Options {
  packing: number;
  steps: number;
  batch: number;
  seed: number;
  out: string;
  backend: string | undefined;
  /** Number of threads of wasm. */
  threads: number;
  resume: boolean;
}

const HELP = `Trains a GAN on images of three MNIST digits, one in each channel, whose discriminator judges packs of
images, and counts how many of the 1,000 threes of digits the samples have.

  npx tsx examples/stacked_digits/main.ts [options]

  --packing N      images that the discriminator judges at once (default 2); 1 is a GAN without packs
  --steps N        generator steps (default 1500)
  --batch N        packs in a batch (default 16)
  --seed N         every random choice follows from it (default 0)
  --out FOLDER     where pictures, checkpoint and report go (default runs/stacked-digits)
  --backend NAME   wasm, cpu, webgpu, tensorflow … (default: the fastest that works)
  --threads N      of wasm, 1 to 8 (default 1)
  --resume         goes on from the checkpoint in --out, to the last bit as if never stopped
`;

/** Reads the command line; ends the program with a message if it is invalid. */
export function readOptions(args: string[]): Options {
  const text = { type: 'string' } as const;
  const { values, whole } = readCommandLine(args, HELP, {
    packing: { ...text, default: '2' },
    steps: { ...text, default: '1500' },
    batch: { ...text, default: '16' },
    seed: { ...text, default: '0' },
    out: { ...text, default: 'runs/stacked-digits' },
    backend: text,
    threads: { ...text, default: '1' },
    resume: { type: 'boolean', default: false },
  });
  return {
    packing: whole('packing', values.packing, 1),
    steps: whole('steps', values.steps, 1),
    batch: whole('batch', values.batch, 2),
    seed: whole('seed', values.seed, 0),
    out: values.out,
    backend: values.backend,
    threads: whole('threads', values.threads, 1),
    resume: values.resume,
  };
}
