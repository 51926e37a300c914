import { readCommandLine } from '../command_line.js';

/** The options of the example. */
export interface Options {
  readonly gammas: readonly number[];
  readonly seeds: readonly number[];
  readonly steps: number;
  readonly batch: number;
  readonly out: string;
  readonly backend: string | undefined;
  /** Number of threads of wasm. */
  readonly threads: number;
  readonly resume: boolean;
}

const HELP = `Trains BEGAN on MNIST at 32 × 32, each γ with each seed, and shows how k, M and the ratio of the losses
settle, and how the diversity of the samples depends on γ.

  npx tsx examples/equilibrium/main.ts [options]

  --gammas A,B     each from 0 to 1 (default 0.5)
  --seeds A,B      every random choice of a run follows from its seed (default 0)
  --steps N        of each run (default 800); the learning rates are halved after each third of them
  --batch N        images in a batch (default 16)
  --out FOLDER     keeps each run that ended, so that an interrupted table goes on (default runs/equilibrium)
  --backend NAME   wasm, cpu, webgpu, tensorflow … (default: the fastest that works)
  --threads N      of wasm, 1 to 8 (default 1): the processor's seconds of all threads count
  --resume         also goes on within the run that was stopped, to the last bit as if never stopped
`;

/** Reads the command line; ends the program with a message if it is invalid. */
export function readOptions(args: string[]): Options {
  const text = { type: 'string' } as const;
  const { values, stop, whole } = readCommandLine(args, HELP, {
    gammas: { ...text, default: '0.5' },
    seeds: { ...text, default: '0' },
    steps: { ...text, default: '800' },
    batch: { ...text, default: '16' },
    out: { ...text, default: 'runs/equilibrium' },
    backend: text,
    threads: { ...text, default: '1' },
    resume: { type: 'boolean', default: false },
  });
  const share = (value: string): number =>
    /^\d*\.?\d+$/.test(value) && Number(value) <= 1
      ? Number(value)
      : stop(`--gammas must be numbers from 0 to 1. Received: ${value}.`);
  return {
    gammas: values.gammas.split(',').map(share),
    seeds: values.seeds.split(',').map((seed) => whole('seeds', seed, 0)),
    steps: whole('steps', values.steps, 1),
    batch: whole('batch', values.batch, 2),
    out: values.out,
    backend: values.backend,
    threads: whole('threads', values.threads, 1),
    resume: values.resume,
  };
}
