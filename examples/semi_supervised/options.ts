import { readCommandLine } from '../command_line.js';

/** The options of the example. */
export interface Options {
  readonly seeds: readonly number[];
  readonly steps: number;
  readonly batch: number;
  readonly perClass: number;
  readonly divisor: number;
  readonly out: string;
  readonly backend: string | undefined;
  /** Number of threads of wasm. */
  readonly threads: number;
  readonly resume: boolean;
}

const HELP = `Learns to read MNIST from a few labels: a semi-supervised GAN that sees the other images without
labels, and the same classifier that does not see them. Shows the error on the test images.

  npx tsx examples/semi_supervised/main.ts [options]

  --seeds A,B      every random choice of a run follows from its seed, the labelled images too (default 0)
  --steps N        of a GAN (default 2500), and a quarter of it with labels alone; an epoch of 60,000 images is
                   1,200 steps of 50
  --batch N        images in a batch, of each kind (default 50)
  --per-class N    images with a label in each class (default 10)
  --divisor N      what the widths of the authors' networks are divided by (default 4)
  --out FOLDER     keeps each run that ended, so that an interrupted table goes on (default runs/semi_supervised)
  --backend NAME   wasm, cpu, webgpu, tensorflow … (default: the fastest that works)
  --threads N      of wasm, 1 to 8 (default 1): the processor's seconds of all threads count
  --resume         also goes on within the run that was stopped, to the last bit as if never stopped
`;

/** Reads the command line; ends the program with a message if it is invalid. */
export function readOptions(args: string[]): Options {
  const text = { type: 'string' } as const;
  const { values, whole } = readCommandLine(args, HELP, {
    seeds: { ...text, default: '0' },
    steps: { ...text, default: '2500' },
    batch: { ...text, default: '50' },
    'per-class': { ...text, default: '10' },
    divisor: { ...text, default: '4' },
    out: { ...text, default: 'runs/semi_supervised' },
    backend: text,
    threads: { ...text, default: '1' },
    resume: { type: 'boolean', default: false },
  });
  return {
    seeds: values.seeds.split(',').map((seed) => whole('seeds', seed, 0)),
    steps: whole('steps', values.steps, 1),
    batch: whole('batch', values.batch, 2),
    perClass: whole('per-class', values['per-class'], 1),
    divisor: whole('divisor', values.divisor, 1),
    out: values.out,
    backend: values.backend,
    threads: whole('threads', values.threads, 1),
    resume: values.resume,
  };
}
