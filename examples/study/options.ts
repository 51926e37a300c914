import { readCommandLine } from '../command_line.js';
import { CONTESTANTS } from './systems.js';

/** The options of the study. */
export interface Options {
  readonly systems: readonly string[];
  readonly seeds: readonly number[];
  /** Seconds of each training. */
  readonly seconds: number;
  readonly out: string;
  readonly backend: string | undefined;
}

const NAMES = Object.keys(CONTESTANTS);

const HELP = `Trains systems on MNIST at 32 × 32 for equally many seconds, and scores what they make.

  npx tsx examples/study/main.ts [options]

  --systems A,B    of ${NAMES.slice(0, 7).join(', ')},
                   ${NAMES.slice(7).join(', ')} (default all)
  --seeds A,B      default 0,1,2
  --seconds N      of each training, without scores (default 50): of the processor, so that other programs do
                   not count; of the clock on GPUs
  --out FOLDER     keeps each run, so that an interrupted study goes on (default runs/study)
  --backend NAME   wasm, cpu, webgpu, tensorflow … (default: the fastest that works)
`;

/** Reads the command line; ends the program with a message if it is invalid. */
export function readOptions(args: string[]): Options {
  const text = { type: 'string' } as const;
  const { values, word, whole } = readCommandLine(args, HELP, {
    systems: { ...text, default: NAMES.join(',') },
    seeds: { ...text, default: '0,1,2' },
    seconds: { ...text, default: '50' },
    out: { ...text, default: 'runs/study' },
    backend: text,
  });
  return {
    systems: values.systems.split(',').map((name) => word('systems', name, NAMES)),
    seeds: values.seeds.split(',').map((seed) => whole('seeds', seed, 0)),
    seconds: whole('seconds', values.seconds, 1),
    out: values.out,
    backend: values.backend,
  };
}
