import { GanKitError, isGanKitError } from '../../errors.js';

/** The flags of the command, by the names of the options that they set. */
const FLAGS: Readonly<Record<string, string>> = {
  ...{ real: '--real', fake: '--fake', folder: '--real or --fake', extractor: '--extractor' },
  ...{ weights: '--weights', layer: '--layer', logits: '--logits', range: '--range' },
  ...{ metrics: '--metrics', batchSize: '--batch', channels: '--channels', size: '--size' },
  ...{ order: '--order', splits: '--splits', subsets: '--subsets', seed: '--seed' },
  ...{ subsetSize: '--subset-size', neighbors: '--neighbors', saveStatistics: '--save-stats' },
  ...{ coverageNeighbors: '--coverage-neighbors', onCorrupt: '--skip-corrupt' },
  ...{ prefer: '--backend', threads: '--threads' },
};
/** The beginning of a message with the name of a function, which a user of the command does not know. */
const FUNCTIONS = /^(evaluateFolders|folderImages|featureExtractor|loadBackend): /;

/** The name of the command in errors. */
export const COMMAND = 'gan-kit evaluate';

/** Returns the name of an option without an index: `prefer` for `prefer[0]`. */
const nameIn = (parameter: string): string => parameter.replace(/\[\d+\]$/, '');

/** Replaces the names of functions and options in a message by the command and its flags. */
export const inFlags = (message: string): string =>
  message
    .replace(FUNCTIONS, `${COMMAND}: `)
    .replace(/\bonCorrupt: 'skip'/g, '--skip-corrupt')
    .replace(/`(\w+(?:\[\d+\])?)`/g, (whole, name: string) => FLAGS[nameIn(name)] ?? whole);

/** Runs a part of the command; rewrites the messages of its errors in terms of the command. */
export async function withFlags<T>(run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (error) {
    if (!isGanKitError(error)) throw error;
    const { where, parameter } = error;
    throw new GanKitError(error.code, inFlags(error.message), {
      where: FUNCTIONS.test(`${where}: `) ? COMMAND : where,
      parameter: parameter && (FLAGS[nameIn(parameter)] ?? parameter),
      cause: error,
    });
  }
}
