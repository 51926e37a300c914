import { readFile, stat } from 'node:fs/promises';
import { extname } from 'node:path';
import { fail } from '../../internal/check.js';
import { FeatureStatistics } from '../../metrics/gaussian/feature_statistics.js';
import type { GaussianStatistics } from '../../metrics/gaussian/feature_statistics.js';
import { decodeStatisticsNPZ, encodeStatisticsNPZ } from '../../metrics/gaussian/statistics_npz.js';
import { writeFileAtomic } from '../files/atomic_file.js';

/** Statistics that are given in place of images. */
export type SavedStatistics = GaussianStatistics | FeatureStatistics;

const KINDS = ['.npz', '.safetensors'];
const isStatisticsPath = (path: unknown): path is string =>
  typeof path === 'string' && KINDS.includes(extname(path).toLowerCase());

/** Checks the name of a file of statistics. */
export function checkStatisticsPath(where: string, parameter: string, path: unknown): void {
  if (!isStatisticsPath(path))
    fail('value', where, parameter, `the path of a file ${KINDS.join(' or ')}`, path);
}

/** Reads statistics from a file; returns undefined for a folder or a path with another extension. */
export async function readStatistics(
  where: string,
  parameter: string,
  path: unknown,
): Promise<SavedStatistics | undefined> {
  if (!isStatisticsPath(path)) return undefined;
  const found = await stat(path).catch(() => undefined);
  if (found === undefined) fail('value', where, parameter, 'a file or folder that exists', path);
  if (found.isDirectory()) return undefined;
  const bytes = await readFile(path);
  return extname(path).toLowerCase() === '.npz'
    ? decodeStatisticsNPZ(bytes)
    : FeatureStatistics.fromBytes(bytes);
}

/** Writes statistics in the format of the file's extension. */
export async function writeStatistics(path: string, statistics: FeatureStatistics): Promise<void> {
  const asNumpy = extname(path).toLowerCase() === '.npz';
  await writeFileAtomic(path, asNumpy ? encodeStatisticsNPZ(statistics) : statistics.toBytes());
}

/** Returns the number of samples of statistics; undefined if they do not include it. */
export const countOf = (statistics: SavedStatistics): number | undefined =>
  statistics instanceof FeatureStatistics ? statistics.count : undefined;

/** Returns the number of features of statistics. */
export const widthOf = (statistics: SavedStatistics): number =>
  (statistics instanceof FeatureStatistics ? statistics.value() : statistics).mean.length;
