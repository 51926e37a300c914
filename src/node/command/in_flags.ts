import { GanKitError, isGanKitError } from '../../errors.js';

/** The flags that set what functions call by other names. */
const FLAGS: Readonly<Record<string, string>> = {
  ...{ real: '--real', fake: '--fake', folder: '--real or --fake', extractor: '--extractor' },
  ...{ weights: '--weights', layer: '--layer', logits: '--logits', range: '--range' },
  ...{ metrics: '--metrics', batchSize: '--batch', channels: '--channels', size: '--size' },
  ...{ order: '--order', splits: '--splits', subsets: '--subsets', seed: '--seed' },
  ...{ subsetSize: '--subset-size', neighbors: '--neighbors', saveStatistics: '--save-stats' },
  ...{ coverageNeighbors: '--coverage-neighbors', onCorrupt: '--skip-corrupt' },
  ...{ prefer: '--backend', threads: '--threads' },
};
/** Functions of which who runs the command knows nothing. */
const FUNCTIONS = /^(evaluateFolders|folderImages|featureExtractor|loadBackend): /;

/** The command, as errors name it. */
export const COMMAND = 'gan-kit evaluate';

/** The option, of one of its entries: `prefer` of `prefer[0]`. */
const nameIn = (parameter: string): string => parameter.replace(/\[\d+\]$/, '');

/** Says in the words of the command what a function says in those of its options. */
export const inFlags = (message: string): string =>
  message
    .replace(FUNCTIONS, `${COMMAND}: `)
    .replace(/\bonCorrupt: 'skip'/g, '--skip-corrupt')
    .replace(/`(\w+(?:\[\d+\])?)`/g, (whole, name: string) => FLAGS[nameIn(name)] ?? whole);

/** Runs a part of the command; what is refused in it is said in the words of the command. */
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
