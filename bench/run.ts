import { SingleBar } from 'cli-progress';
import { readFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import type { Bench, Level } from './bench.js';
import type { Contender } from './protocol/contender.js';
import { Report } from './report.js';

/** Returns the width of the processor's vectors, as far as it is known; those of WebAssembly have 128 bits everywhere. */
function vectors(): string {
  const flags = process.platform === 'linux' ? readFileSync('/proc/cpuinfo', 'utf8') : '';
  if (/\bavx512f\b/.test(flags)) return 'AVX-512, vectors of 512 bits';
  if (/\bavx2\b/.test(flags)) return 'AVX2, vectors of 256 bits';
  return process.arch === 'arm64' ? 'NEON, vectors of 128 bits' : 'vectors of unknown width';
}

/** Describes the machine and Node in a few words. */
export const thisMachine = (): string =>
  [
    `${cpus().length} × ${cpus()[0]!.model.trim()} (${vectors()}; those of WebAssembly have 128)`,
    `${Math.round(totalmem() / 2 ** 30)} GiB`,
    `Node ${process.version}, ${process.platform} ${process.arch}`,
  ].join('; ');

/** The levels to run and the contenders. */
export interface Plan extends Pick<Bench, 'contenders' | 'ours' | 'stock' | 'rounds' | 'keep'> {
  readonly levels: readonly Level[];
  /** The folder of the results. */
  readonly folder: string;
  /** The first line of the results. */
  readonly machine: string;
}

/** Runs the levels and prints the results, even if one of them fails. */
export async function run({ levels, folder, machine, ...rest }: Plan): Promise<void> {
  console.log(machine);
  const report = new Report(folder, machine);
  const bar = new SingleBar({
    format: '{bar} {value}/{total} | {what} | {eta_formatted} left',
    barsize: 24,
    hideCursor: true,
    noTTYOutput: true,
    notTTYSchedule: 15_000,
  });
  bar.start(total(levels), 0, { what: '' });
  const tell = (what: string) => bar.update({ what });
  const advance = () => bar.increment();
  try {
    for (const level of levels) await level.run({ ...rest, report, tell, advance });
  } finally {
    bar.stop();
    stopAll(rest.contenders);
    console.log(`\n${report.markdown()}`);
  }
}

const total = (levels: readonly Level[]): number =>
  levels.reduce((sum, { cases }) => sum + cases, 0);

/** Ends the process of each contender. */
export function stopAll(contenders: readonly Contender[]): void {
  for (const contender of contenders) contender.stop();
}
