import type { StateArray } from '../../types.js';
import type { Entries } from './state_dict_entries.js';

/** The names of a spectrally normalized weight in mimicry's own classes, which store no v. */
export const OWN_KEYS = { weight: 'weight', u: 'sn_u', sigma: 'sn_sigma' } as const;

const EPSILON = 1e-12; // of both

/**
 * Computes what mimicry's own class uses in evaluation mode, where it advances u by a round: v = n(Wᵀ u), u = n(W v)
 * and σ = uᵀ W v. Returns undefined if entries are missing or their sizes disagree.
 */
export function advanced(
  entries: Entries,
  module: string,
): Readonly<Record<'u' | 'v' | 'sigma', StateArray>> | undefined {
  const weight = entries.get(`${module}.${OWN_KEYS.weight}`);
  const vector = entries.get(`${module}.${OWN_KEYS.u}`);
  if (weight === undefined || vector === undefined) return undefined;
  const [matrix, start] = [weight.data, vector.data] as [Float32Array, Float32Array];
  const [rows, columns] = [start.length, matrix.length / start.length];
  if (rows === 0 || !Number.isInteger(columns)) return undefined;
  const v = new Float64Array(columns);
  matrix.forEach((w, i) => (v[i % columns]! += w * start[Math.floor(i / columns)]!));
  normalize(v);
  const u = new Float64Array(rows);
  matrix.forEach((w, i) => (u[Math.floor(i / columns)]! += w * v[i % columns]!));
  const sigma = normalize(u); // uᵀ W v, because u is along W v
  const array = (data: Iterable<number>) => {
    const values = Float32Array.from(data);
    return { shape: [values.length], data: values };
  };
  return { u: array(u), v: array(v), sigma: array([sigma]) };
}

/** Divides a vector by its length, which it returns. */
function normalize(x: Float64Array): number {
  const length = Math.hypot(...x);
  x.forEach((value, i) => (x[i] = value / Math.max(length, EPSILON)));
  return length;
}
