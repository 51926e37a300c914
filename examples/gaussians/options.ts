import { parseArgs } from 'node:util';
import type { Setting } from './experiment.js';
import { MIXTURES } from './mixtures.js';
import type { MixtureName } from './mixtures.js';
import { SYSTEMS } from './systems.js';

export interface Options extends Setting {
  readonly out: string;
}

const HELP = `Trains a small GAN on a mixture of Gaussians and counts the modes that it finds.

  npx tsx examples/gaussians/main.ts [options]

  --data NAME      ${Object.keys(MIXTURES).join(' | ')} (default ring)
  --system NAME    ${SYSTEMS.join(' | ')} (default wgan-gp)
  --steps N        generator steps (default 2500); rates fall to 0 over the second half
  --seed N         every random choice follows from it (default 0)
  --out FOLDER     where picture and report go (default runs/DATA-SYSTEM)
`;

/** Reads the command line; ends the program with a sentence if it does not fit. */
export function readOptions(args: string[]): Options {
  const stop = (problem: string): never => {
    console.error(`${problem}\n\n${HELP}`);
    process.exit(2);
  };
  let values: ReturnType<typeof parse>;
  try {
    values = parse(args);
  } catch (error) {
    return stop((error as Error).message);
  }
  if (values.help) {
    console.log(HELP);
    process.exit(0);
  }
  const word = <T extends string>(name: string, value: string, allowed: readonly T[]): T =>
    allowed.find((one) => one === value) ??
    stop(`--${name} must be one of ${allowed.join(', ')}. Received: ${value}.`);
  const number = (name: string, value: string, min: number): number =>
    /^\d+$/.test(value) && Number(value) >= min
      ? Number(value)
      : stop(`--${name} must be an integer >= ${min}. Received: ${value}.`);
  const data = word('data', values.data, Object.keys(MIXTURES) as MixtureName[]);
  const system = word('system', values.system, SYSTEMS);
  return {
    data,
    system,
    steps: number('steps', values.steps, 1),
    seed: number('seed', values.seed, 0),
    out: values.out ?? `runs/${data}-${system}`,
  };
}

function parse(args: string[]) {
  const text = { type: 'string' } as const;
  return parseArgs({
    args,
    options: {
      data: { ...text, default: 'ring' },
      system: { ...text, default: 'wgan-gp' },
      steps: { ...text, default: '2500' },
      seed: { ...text, default: '0' },
      out: text,
      help: { type: 'boolean', default: false },
    },
  }).values;
}
