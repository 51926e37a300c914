import { EXAMPLES } from './example_names.js';
import type { ExampleName } from './example_names.js';

/** The backends that are checked, the quickest to answer first. */
export const BACKENDS = ['wasm', 'webgpu', 'webgl', 'cpu'] as const;
export type Backend = (typeof BACKENDS)[number];

/** A backend, with gan-kit's repairs or as TensorFlow.js is alone. */
export interface Run {
  readonly backend: Backend;
  readonly isStock: boolean;
}

/** What a check is made with. */
export interface CheckSettings {
  readonly batch: number;
  /** What an input has where the text leaves its size open. */
  readonly size: number;
  /** Standard deviation of the kernels. */
  readonly stddev: number;
  readonly seed: number;
  /** Whether a GPU may be a software one. */
  readonly software: boolean;
}

export interface Settings extends CheckSettings {
  readonly example: ExampleName;
  readonly backends: readonly Backend[];
  /** Whether TensorFlow.js alone is checked beside. */
  readonly stock: boolean;
}

/** The numbers with their ranges. */
export const RANGES = {
  batch: { min: 1, max: 16, step: 1 },
  size: { min: 1, max: 256, step: 1 },
  stddev: { min: 0.001, max: 10, step: 'any' },
  seed: { min: 0, max: 999_999, step: 1 },
} as const;

export const START: Settings = {
  example: 'dcgan',
  backends: BACKENDS,
  stock: false,
  software: false,
  batch: 2,
  size: 16,
  stddev: 0.1,
  seed: 0,
};

/** Lists the runs that settings ask for, in order. */
export const runsOf = ({ backends, stock }: Settings): Run[] =>
  BACKENDS.filter((backend) => backends.includes(backend)).flatMap((backend) =>
    (stock ? [false, true] : [false]).map((isStock) => ({ backend, isStock })),
  );

/** Writes settings as the query of an address; what is as at the start is left out. */
export function queryOf(settings: Settings): string {
  const query = new URLSearchParams();
  for (const [key, value] of Object.entries(settings))
    if (String(value) !== String(START[key as keyof Settings])) query.set(key, String(value));
  return query.toString();
}

/** Reads the settings of a query; what it does not have, or what is out of range, is as at the start. */
export function settingsFrom(text: string): Settings {
  const query = new URLSearchParams(text);
  const found: Record<string, unknown> = {};
  const example = query.get('example');
  if (example !== null && Object.hasOwn(EXAMPLES, example)) found['example'] = example;
  const backends = query.get('backends')?.split(',');
  if (backends !== undefined) found['backends'] = BACKENDS.filter((one) => backends.includes(one));
  for (const key of ['stock', 'software']) if (query.get(key) === 'true') found[key] = true;
  for (const [key, range] of Object.entries(RANGES))
    if (isWithin(range, Number(query.get(key) ?? NaN))) found[key] = Number(query.get(key));
  return { ...START, ...found };
}

const isWithin = ({ min, max, step }: (typeof RANGES)[keyof typeof RANGES], value: number) =>
  value >= min && value <= max && (step === 'any' || Number.isInteger(value));

/** Returns the first number that is out of its range, in words, if one is. */
export function faultOf(settings: Settings): string | undefined {
  for (const [key, range] of Object.entries(RANGES)) {
    const value = settings[key as keyof typeof RANGES];
    const kind = range.step === 'any' ? 'a number' : 'an integer';
    if (typeof value !== 'number' || !isWithin(range, value))
      return `“${LABELS[key as keyof typeof RANGES]}” must be ${kind} from ${range.min} to ${range.max}.`;
  }
  return settings.backends.length === 0 ? 'Choose at least one backend.' : undefined;
}

export const LABELS = {
  batch: 'Batch',
  size: 'Size where the model leaves it open',
  stddev: 'Standard deviation of kernels',
  seed: 'Seed',
} as const;
