import { readCommandLine } from '../command_line.js';
import { NAMES } from './methods.js';
import type { MethodName } from './methods.js';

/** The options of the comparison. */
export interface Options {
  readonly methods: readonly MethodName[];
  readonly seeds: readonly number[];
  /** Seeds of the plain and the unrolled GAN of 5 steps. */
  readonly verdictSeeds: readonly number[];
  readonly steps: number;
  readonly out: string;
  readonly backend: string | undefined;
  readonly threads: number;
}

const HELP = `Trains a GAN that collapses on a ring of eight Gaussians, plain and with each remedy.

  npx tsx examples/collapse/main.ts [options]

  --methods A,B    of ${NAMES.slice(0, 6).join(', ')},
                   ${NAMES.slice(6).join(', ')} (default all)
  --seeds A,B      default 0,1,2
  --verdict-seeds A,B
                   those of plain, unrolled-5 and both at once, on which the verdicts rest (default 0,1,2,3,4)
  --steps N        generator steps (default 2500)
  --out FOLDER     keeps each run, so that an interrupted comparison goes on (default runs/collapse)
  --backend NAME   wasm, cpu, webgpu, tensorflow … (default: the fastest that works)
  --threads N      of the processor (default 1)
`;

/** Reads the command line; ends the program with a message if it is invalid. */
export function readOptions(args: string[]): Options {
  const text = { type: 'string' } as const;
  const { values, word, whole } = readCommandLine(args, HELP, {
    methods: { ...text, default: NAMES.join(',') },
    seeds: { ...text, default: '0,1,2' },
    'verdict-seeds': { ...text, default: '0,1,2,3,4' },
    steps: { ...text, default: '2500' },
    out: { ...text, default: 'runs/collapse' },
    backend: text,
    threads: { ...text, default: '1' },
  });
  const numbers = (name: string, list: string) => list.split(',').map((one) => whole(name, one, 0));
  return {
    methods: values.methods.split(',').map((name) => word('methods', name, NAMES)),
    seeds: numbers('seeds', values.seeds),
    verdictSeeds: numbers('verdict-seeds', values['verdict-seeds']),
    steps: whole('steps', values.steps, 1),
    out: values.out,
    backend: values.backend,
    threads: whole('threads', values.threads, 1),
  };
}
