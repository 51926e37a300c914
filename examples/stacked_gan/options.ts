import { readCommandLine } from '../command_line.js';

/** The options of the example. */
export interface Options {
  steps: number;
  joint: number;
  entropy: number;
  batch: number;
  seed: number;
  out: string;
  backend: string | undefined;
  /** Number of threads of wasm. */
  threads: number;
  resume: boolean;
}

const HELP = `Trains a classifier on MNIST for one epoch, and then a Stacked GAN that inverts it: one generator makes
features of a digit, another one makes the image of the features. Counts how many samples a separate classifier
recognizes, and how much images of the same features vary.

  npx tsx examples/stacked_gan/main.ts [options]

  --steps N        generator steps (default 1200)
  --joint N        how many of them, at the end, are joint (default 300); before them, the levels learn apart
  --entropy N      weight of the entropy loss (default 10); 0 for none
  --batch N        images in a batch (default 50)
  --seed N         every random choice follows from it (default 0)
  --out FOLDER     where pictures, checkpoint and report go (default runs/stacked-gan)
  --backend NAME   wasm, cpu, webgpu, tensorflow … (default: the fastest that works)
  --threads N      of wasm, 1 to 8 (default 1)
  --resume         goes on from the checkpoint in --out, to the last bit as if never stopped
`;

/** Reads the command line; ends the program with a message if it is invalid. */
export function readOptions(args: string[]): Options {
  const text = { type: 'string' } as const;
  const { values, whole, stop } = readCommandLine(args, HELP, {
    steps: { ...text, default: '1200' },
    joint: { ...text, default: '300' },
    entropy: { ...text, default: '10' },
    batch: { ...text, default: '50' },
    seed: { ...text, default: '0' },
    out: { ...text, default: 'runs/stacked-gan' },
    backend: text,
    threads: { ...text, default: '1' },
    resume: { type: 'boolean', default: false },
  });
  const [steps, joint] = [whole('steps', values.steps, 1), whole('joint', values.joint, 0)];
  if (joint > steps) stop(`--joint must be at most --steps, ${steps}. Received: ${joint}.`);
  return {
    ...{ steps, joint, out: values.out, backend: values.backend, resume: values.resume },
    entropy: whole('entropy', values.entropy, 0),
    batch: whole('batch', values.batch, 2),
    seed: whole('seed', values.seed, 0),
    threads: whole('threads', values.threads, 1),
  };
}
