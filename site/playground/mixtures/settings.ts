import { ADVERSARIAL_LOSSES } from 'gan-kit/losses';
import type { AdversarialLossName } from 'gan-kit/losses';
import { BACKEND_CHOICES } from '../backend/backend_choice.js';
import type { BackendChoice } from '../backend/backend_choice.js';

export const DATA = ['ring', 'grid', 'swiss roll', 'drawn'] as const;
export const CONSTRAINTS = [
  'none',
  'gradient penalty',
  'one-sided',
  'DRAGAN',
  'R1',
  'clipping',
] as const;
export const NORMALIZATIONS = ['none', 'spectral', 'weight'] as const;
export const SYSTEMS = ['alternating', 'unrolled'] as const;

/** Everything that determines a run, bit for bit on one backend. */
export interface Settings {
  readonly data: (typeof DATA)[number];
  readonly loss: AdversarialLossName;
  readonly constraint: (typeof CONSTRAINTS)[number];
  readonly normalization: (typeof NORMALIZATIONS)[number];
  readonly system: (typeof SYSTEMS)[number];
  /** Number of samples that the discriminator judges at once. */
  readonly packing: number;
  /** Number of discriminator steps for each generator step. */
  readonly criticSteps: number;
  readonly generatorRate: number;
  readonly discriminatorRate: number;
  readonly seed: number;
  readonly backend: BackendChoice;
  /** Points that the visitor drew: x, y, x, y, … */
  readonly drawn: readonly number[];
}

/** A number with its range. */
export const RANGES = {
  packing: { min: 1, max: 4, step: 1 },
  criticSteps: { min: 1, max: 10, step: 1 },
  generatorRate: { min: 1e-5, max: 0.1, step: 1e-4 },
  discriminatorRate: { min: 1e-5, max: 0.1, step: 1e-4 },
  seed: { min: 0, max: 999_999, step: 1 },
} as const;

const WGAN_GP = {
  loss: 'wasserstein',
  constraint: 'gradient penalty',
  normalization: 'none',
  system: 'alternating',
  packing: 1,
  criticSteps: 1,
  generatorRate: 8e-3,
  discriminatorRate: 3e-3,
} as const;

export const START: Settings = {
  ...WGAN_GP,
  data: 'ring',
  seed: 0,
  backend: 'best',
  drawn: [],
};

const GAN = {
  ...WGAN_GP,
  loss: 'nonsaturating',
  constraint: 'none',
  generatorRate: 1e-3,
  discriminatorRate: 1e-3,
} as const;

/** The systems of the papers, as settings. */
export const PRESETS: Readonly<Record<string, Partial<Settings>>> = {
  GAN,
  LSGAN: { ...GAN, loss: 'leastsquares' },
  WGAN: {
    ...WGAN_GP,
    constraint: 'clipping',
    criticSteps: 5,
    generatorRate: 5e-4,
    discriminatorRate: 5e-4,
  },
  'WGAN-GP': WGAN_GP,
  DRAGAN: { ...GAN, constraint: 'DRAGAN' },
  'SN-GAN': { ...GAN, loss: 'hinge', normalization: 'spectral' },
  'Unrolled GAN': { ...GAN, loss: 'minimax', system: 'unrolled', discriminatorRate: 1e-4 },
  PacGAN: { ...WGAN_GP, packing: 2, generatorRate: 5e-3, discriminatorRate: 1e-2 },
};

/** Returns the name of the preset that settings are, if they are one. */
export const presetOf = (settings: Settings): string | undefined =>
  Object.keys(PRESETS).find((name) => matches(settings, PRESETS[name]!));

const matches = (settings: Settings, preset: Partial<Settings>): boolean =>
  Object.entries(preset).every(([key, value]) => settings[key as keyof Settings] === value);

/**
 * Returns why settings cannot be trained, or undefined: an unrolled GAN has no place for a penalty, clipping, packs or more
 * discriminator steps.
 */
export function conflictOf(settings: Settings): string | undefined {
  const { system, constraint, packing, criticSteps, data, drawn } = settings;
  if (data === 'drawn' && drawn.length < 2)
    return 'Draw some points first: click or drag in the picture.';
  if (system === 'alternating') return undefined;
  if (constraint !== 'none')
    return 'An unrolled GAN takes no penalty and no clipping: choose “none”.';
  if (packing > 1 || criticSteps > 1)
    return 'An unrolled GAN takes no packs and one discriminator step: set both to 1.';
  return undefined;
}

const CHOICES = {
  data: DATA,
  loss: ADVERSARIAL_LOSSES,
  constraint: CONSTRAINTS,
  normalization: NORMALIZATIONS,
  system: SYSTEMS,
  backend: BACKEND_CHOICES,
} as const satisfies Partial<Record<keyof Settings, readonly string[]>>;

/** Writes settings as the query of an address; what is as at the start is left out. */
export function queryOf(settings: Settings): string {
  const query = new URLSearchParams();
  for (const [key, value] of Object.entries(settings))
    if (key !== 'drawn' && value !== START[key as keyof Settings]) query.set(key, String(value));
  if (settings.data === 'drawn')
    query.set('drawn', settings.drawn.map((value) => Math.round(1000 * value)).join('.'));
  return query.toString();
}

/** Reads the settings of a query; what it does not have, or what is out of range, is as at the start. */
export function settingsFrom(text: string): Settings {
  const query = new URLSearchParams(text);
  const found: Record<string, unknown> = {};
  for (const [key, choices] of Object.entries(CHOICES)) {
    const value = query.get(key);
    if (value !== null && (choices as readonly string[]).includes(value)) found[key] = value;
  }
  for (const [key, { min, max, step }] of Object.entries(RANGES)) {
    const value = Number(query.get(key) ?? NaN);
    if (value >= min && value <= max && (step < 1 || Number.isInteger(value))) found[key] = value;
  }
  const drawn = (query.get('drawn') ?? '')
    .split('.')
    .filter(Boolean)
    .map((value) => Number(value) / 1000);
  if (drawn.length % 2 === 0 && drawn.every((value) => Math.abs(value) <= EXTENT))
    found['drawn'] = drawn;
  return { ...START, ...found };
}

/** The range of the picture: −EXTENT … EXTENT in x and y. */
export const EXTENT = 1.9;
/** The cells of the landscape's side. */
export const CELLS = 32;
