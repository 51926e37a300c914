import { readCommandLine } from '../command_line.js';
import { dataFolder } from './fashion.js';
import type { RunOptions } from './run.js';

/** The options of the example. */
export interface Options extends RunOptions {
  /** The folder of Fashion-MNIST. */
  readonly data: string;
  readonly backend: string | undefined;
  /** Number of threads of wasm; undefined for loadBackend's choice. */
  readonly threads: number | undefined;
  readonly resume: boolean;
}

const HELP = `Trains pix2pix to make photos of clothes from drawings of their edges, and writes a report.

  npx tsx examples/edges2clothes/main.ts [options]

  --data FOLDER    the four .gz files of Fashion-MNIST (default FASHION_MNIST of the environment, or where
                   apt-get install dataset-fashion-mnist puts them)
  --steps N        updates of both networks (default 2000); learning rates fall to 0 over the second half
  --batch N        pairs in a batch (default 16)
  --filters N      channels of the generator's outermost level (default 24)
  --lambda N       weight of the L1 term (default 100); 0 leaves the discriminator alone to judge
  --seed N         every random choice follows from it (default 0)
  --out FOLDER     where pictures, checkpoint, report and generator go (default runs/edges2clothes)
  --backend NAME   wasm, cpu, webgpu, tensorflow … (default: the fastest that works)
  --threads N      of wasm, 1 to 8 (default: as many as there are processors)
  --resume         goes on from the checkpoint in --out, to the last bit as if never stopped
`;

/** Reads the command line; ends the program with a message if it is invalid. */
export function readOptions(args: string[]): Options {
  const text = { type: 'string' } as const;
  const { values, whole } = readCommandLine(args, HELP, {
    data: text,
    steps: { ...text, default: '2000' },
    batch: { ...text, default: '16' },
    filters: { ...text, default: '24' },
    lambda: { ...text, default: '100' },
    seed: { ...text, default: '0' },
    out: { ...text, default: 'runs/edges2clothes' },
    backend: text,
    threads: text,
    resume: { type: 'boolean', default: false },
  });
  return {
    data: dataFolder(values.data),
    steps: whole('steps', values.steps, 1),
    batch: whole('batch', values.batch, 1),
    filters: whole('filters', values.filters, 1),
    lambda: whole('lambda', values.lambda, 0),
    seed: whole('seed', values.seed, 0),
    out: values.out,
    backend: values.backend,
    threads: values.threads === undefined ? undefined : whole('threads', values.threads, 1),
    resume: values.resume,
  };
}
