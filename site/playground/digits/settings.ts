import { decodeCheckpoint } from 'gan-kit/io';
import { SYSTEMS } from '../../../examples/mnist/recipe.js';
import type { RunOptions } from '../../../examples/mnist/digits_run.js';

/** Everything that determines a run, bit for bit on one backend. */
export interface Settings {
  /** The run trains on this number of images, the first ones. */
  readonly images: number;
  /** Number of images in a batch. */
  readonly batch: number;
  /** Number of steps; the learning rates fall to 0 over the second half. */
  readonly steps: number;
  readonly seed: number;
}

/** The settings of `npm run demo`, but for the images, which are fewer to load. */
export const START: Settings = { images: 10_000, batch: 24, steps: 6000, seed: 0 };

/** Those of `npm run demo` that it need not be told. */
const DEMO: Settings = { ...START, images: 60_000 };

/** The numbers with their ranges. */
export const RANGES = {
  images: { min: 1000, max: DEMO.images, step: 1000 },
  batch: { min: 2, max: 64, step: 1 },
  steps: { min: 1, max: 100_000, step: 1 },
  seed: { min: 0, max: 999_999, step: 1 },
} as const;

const NAMES = Object.keys(RANGES) as (keyof Settings)[];
const SYSTEM = SYSTEMS['sn-dcgan']!;

/** Returns the settings, with the nearest number that is allowed for each that is not. */
export function allowed(settings: Settings): Settings {
  const near = (name: keyof Settings): number => {
    const { min, max } = RANGES[name];
    const value = Math.round(Number(settings[name]));
    return Number.isFinite(value) ? Math.min(max, Math.max(min, value)) : START[name];
  };
  return Object.fromEntries(NAMES.map((name) => [name, near(name)])) as unknown as Settings;
}

/** Returns the options of a run of the demo. */
export const optionsOf = ({ batch, steps, seed }: Settings): RunOptions => ({
  ...SYSTEM,
  batch,
  steps,
  seed,
  out: 'digits',
});

/** Returns the command that goes on from a file in Node. */
export function commandOf(settings: Settings, file: string): string {
  const others = NAMES.filter((name) => settings[name] !== DEMO[name]);
  const flags = others.map((name) => ` --${name} ${settings[name]}`).join('');
  return `npm run demo -- --resume ${file}${flags}`;
}

/**
 * Reads the settings of a checkpoint of this page or of the demo.
 *
 * @throws Error if it is one of another program or of another system.
 */
export function settingsOf(bytes: Uint8Array): Settings {
  const { extra } = decodeCheckpoint(bytes);
  for (const [name, wanted] of Object.entries(SYSTEM))
    if (extra[name] !== wanted)
      throw new Error(
        `This page trains sn-dcgan alone (${name} ${wanted}). The checkpoint has ${name} ${JSON.stringify(extra[name])}.`,
      );
  const least = { images: 2, batch: 2, steps: 1, seed: 0 };
  for (const name of NAMES) {
    const value = extra[name] as number;
    const most = name === 'images' ? DEMO.images : Infinity;
    if (!(Number.isInteger(value) && value >= least[name] && value <= most))
      throw new Error(
        `The checkpoint must have a whole number of ${name} from ${least[name]} on. Received: ${JSON.stringify(extra[name])}.`,
      );
  }
  return Object.fromEntries(NAMES.map((name) => [name, extra[name]])) as unknown as Settings;
}
