import { readCommandLine } from '../command_line.js';
import { PLACES } from './recipe.js';
import type { Place } from './recipe.js';

/** The options of the example. */
export interface Options {
  /** The places of attention that are compared. */
  readonly places: readonly Place[];
  readonly seeds: readonly number[];
  readonly steps: number;
  readonly seconds: number;
  readonly batch: number;
  readonly out: string;
  readonly backend: string | undefined;
  /** Number of threads of wasm. */
  readonly threads: number;
  readonly resume: boolean;
}

const HELP = `Trains class-conditional SAGANs on MNIST at 32 × 32, with attention in no network, in the generator, or in
both, scores them with a classifier, and draws where pixels look.

  npx tsx examples/attention_maps/main.ts [options]

  --attention A,B  of ${PLACES.join(', ')} (default all)
  --seeds A,B      weights, latent vectors and the order of the images follow from them (default 0)
  --steps N        generator steps of each run (default 1000)
  --seconds N      scores each run after as many seconds of training too (default 110): of the processor, so
                   that other programs do not count; of the clock on GPUs
  --batch N        images in a batch (default 16)
  --out FOLDER     keeps each run that ended, so that an interrupted table goes on (default runs/attention-maps)
  --backend NAME   wasm, cpu, webgpu, tensorflow … (default: the fastest that works)
  --threads N      of wasm, 1 to 8 (default 1): the processor's seconds of all threads count
  --resume         goes on from the checkpoint of the run that was interrupted, to the last bit as if never stopped
`;

/** Reads the command line; ends the program with a message if it is invalid. */
export function readOptions(args: string[]): Options {
  const text = { type: 'string' } as const;
  const { values, word, whole } = readCommandLine(args, HELP, {
    attention: { ...text, default: PLACES.join(',') },
    seeds: { ...text, default: '0' },
    steps: { ...text, default: '1000' },
    seconds: { ...text, default: '110' },
    batch: { ...text, default: '16' },
    out: { ...text, default: 'runs/attention-maps' },
    backend: text,
    threads: { ...text, default: '1' },
    resume: { type: 'boolean', default: false },
  });
  return {
    places: values.attention.split(',').map((name) => word('attention', name, PLACES)),
    seeds: values.seeds.split(',').map((seed) => whole('seeds', seed, 0)),
    steps: whole('steps', values.steps, 1),
    seconds: whole('seconds', values.seconds, 1),
    batch: whole('batch', values.batch, 2),
    out: values.out,
    backend: values.backend,
    threads: whole('threads', values.threads, 1),
    resume: values.resume,
  };
}
