import { readCommandLine } from '../command_line.js';
import { DIRECTIONS, SYSTEMS } from './systems.js';
import type { Choice, SystemName } from './systems.js';

/** The options of a run. */
export interface RunOptions extends Choice {
  /** Number of generator steps in the whole run; learning rates fall to 0 over its second half. */
  readonly steps: number;
  /** Numbers of scenes for training, and of held-out scenes for scores. */
  readonly scenes: number;
  readonly testScenes: number;
  readonly out: string;
}

/** The options of the example. */
export interface Options extends RunOptions {
  readonly all: boolean;
  readonly resume: boolean;
  readonly backend: string | undefined;
  readonly threads: number | undefined;
}

/** The default numbers of generator steps. */
export const STEPS: Readonly<Record<SystemName, number>> = {
  pix2pix: 2000,
  cyclegan: 2000,
  'wcyclegan-gp': 2000,
  'sn-cyclegan': 2000,
};

const HELP = `Translates street scenes into label maps and label maps into street scenes.

  npm run street-scenes -- [options]

  --system NAME     ${SYSTEMS.join(' | ')} (default pix2pix)
  --direction NAME  ${DIRECTIONS.join(' | ')}
                    (default photo-to-labels): of pix2pix; a CycleGAN learns both
  --all             trains every system, pix2pix in both directions, and prints tables;
                    runs that --out has the scores of are not made again
  --steps N         generator steps (default 2000); learning rates fall to 0 over the second half
  --outputs NAME    sum | mean (default sum): what the gradient penalty of wcyclegan-gp takes of the patches
  --critic-steps N  of wcyclegan-gp: discriminator steps for each generator step (default 1)
  --filters N       of pix2pix: channels of the generator's outermost level (default 32)
  --size N          pixels across and down, a multiple of 32 (default 64)
  --batch N         images in a batch (default 1)
  --scenes N        scenes to train on (default 400)
  --test-scenes N   held-out scenes to judge by (default 100)
  --seed N          every random choice of the training follows from it (default 0)
  --out FOLDER      where pictures, checkpoint, report and pix2pix's generator go
                    (default runs/street_scenes/SYSTEM)
  --backend NAME    wasm, cpu, webgpu, tensorflow … (default: the fastest that works)
  --threads N       of wasm, 1 to 8 (default: as many as there are processors)
  --resume          goes on from the checkpoint in --out, to the last bit as if never stopped
`;

/** Reads the command line; ends the program with a message if it is invalid. */
export function readOptions(args: string[]): Options {
  const text = { type: 'string' } as const;
  const flag = { type: 'boolean', default: false } as const;
  const { values, stop, word, whole } = readCommandLine(args, HELP, {
    system: { ...text, default: 'pix2pix' },
    direction: text,
    all: flag,
    steps: text,
    outputs: { ...text, default: 'sum' },
    'critic-steps': { ...text, default: '1' },
    filters: { ...text, default: '32' },
    size: { ...text, default: '64' },
    batch: { ...text, default: '1' },
    scenes: { ...text, default: '400' },
    'test-scenes': { ...text, default: '100' },
    seed: { ...text, default: '0' },
    out: text,
    backend: text,
    threads: text,
    resume: flag,
  });
  const system = word('system', values.system, SYSTEMS);
  if (values.direction !== undefined && system !== 'pix2pix')
    stop(`--direction is of pix2pix: ${system} learns both.`);
  const size = whole('size', values.size, 32);
  if (size % 32 !== 0) stop(`--size must be a multiple of 32. Received: ${size}.`);
  const batch = whole('batch', values.batch, 1);
  const scenes = whole('scenes', values.scenes, 1);
  if (batch > scenes) stop(`--batch must be at most --scenes, ${scenes}. Received: ${batch}.`);
  const choice: Choice = {
    ...{ system, size, batch },
    direction: word('direction', values.direction ?? 'photo-to-labels', DIRECTIONS),
    outputs: word('outputs', values.outputs, ['sum', 'mean']),
    criticSteps: whole('critic-steps', values['critic-steps'], 1),
    filters: whole('filters', values.filters, 1),
    seed: whole('seed', values.seed, 0),
  };
  return {
    ...choice,
    all: values.all,
    steps: values.steps === undefined ? STEPS[system] : whole('steps', values.steps, 1),
    scenes,
    testScenes: whole('test-scenes', values['test-scenes'], 1),
    out: values.out ?? `runs/street_scenes/${values.all ? 'all' : runName(choice)}`,
    backend: values.backend,
    threads: values.threads === undefined ? undefined : whole('threads', values.threads, 1),
    resume: values.resume,
  };
}

/** Returns the name of a system with its options, for a folder and a row of a table. */
export function runName({ system, direction, outputs }: Choice): string {
  if (system === 'pix2pix') return `${system}-${direction}`;
  return system === 'wcyclegan-gp' ? `${system}-${outputs}` : system;
}
