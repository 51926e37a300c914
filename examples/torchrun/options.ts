import { readCommandLine } from '../command_line.js';
import { SYSTEMS } from './systems.js';
import type { SystemName } from './systems.js';

/** The options of the example. */
export interface Options {
  readonly system: SystemName;
  readonly steps: number;
  readonly batch: number;
  readonly seed: number;
  /** The file that the run continues from, if it does not begin. */
  readonly from: string | undefined;
  readonly out: string;
}

const HELP = `Trains on drawn discs and squares, and leaves a file that PyTorch continues from.

  npx tsx examples/torchrun/main.ts [options]

  --system NAME  ${Object.keys(SYSTEMS).join(' | ')} (default dcgan)
  --steps N      steps from here on (default 50)
  --batch N      images in a batch (default 16)
  --seed N       every random choice follows from it (default 0)
  --from FILE    continues from a file of examples/torchrun/continue.py, or of this program
  --out FOLDER   where run.pth and data.pth go (default runs/torchrun)
`;

/** Reads the command line; ends the program with a message if it is invalid. */
export function readOptions(args: string[]): Options {
  const text = { type: 'string' } as const;
  const { values, word, whole } = readCommandLine(args, HELP, {
    system: { ...text, default: 'dcgan' },
    steps: { ...text, default: '50' },
    batch: { ...text, default: '16' },
    seed: { ...text, default: '0' },
    from: text,
    out: { ...text, default: 'runs/torchrun' },
  });
  return {
    system: word('system', values.system, Object.keys(SYSTEMS) as SystemName[]),
    steps: whole('steps', values.steps, 0),
    batch: whole('batch', values.batch, 1),
    seed: whole('seed', values.seed, 0),
    from: values.from,
    out: values.out,
  };
}
