import { readCommandLine } from '../command_line.js';
import { QUEUE_OPTIONS, queueAddress, queueHelp } from '../queue_options.js';
import type { QueueAddress } from '../queue_options.js';
import { USUAL_BACKEND } from './job.js';
import type { Job } from './job.js';
import { OWN, SETTINGS } from './settings.js';
import { CONTESTANTS, WITHOUT_CRITIC_STEPS } from './systems.js';
import { BATCH, SAMPLES } from './trial.js';
import type { Length } from './trial.js';

/** The options of the study. */
export interface Options {
  readonly systems: readonly string[];
  readonly settings: readonly string[];
  readonly seeds: readonly number[];
  /** The length of each training. */
  readonly length: Length;
  readonly batch: number;
  readonly samples: number;
  readonly saveEvery: number;
  readonly out: string;
  readonly backend: string | undefined;
  /** The queue; undefined if the jobs stay on this machine. */
  readonly queue: QueueAddress | undefined;
  /** Whether only the progress of the queue is shown. */
  readonly watch: boolean;
  /** Number of processes to start here; undefined if this process does the jobs. */
  readonly workers: number | undefined;
}

const NAMES = Object.keys(CONTESTANTS);
const SETTING_NAMES = [OWN, ...Object.keys(SETTINGS)];

const HELP = `Trains systems on MNIST at 32 × 32 for equally long, and scores what they make.

  npm run study -- [options]

  --systems A,B    of ${NAMES.slice(0, 7).join(', ')},
                   ${NAMES.slice(7).join(', ')} (default all)
  --settings A,B   of ${OWN}, the numbers of each system, and ${Object.keys(SETTINGS).join(', ')}, those of Adam in table 1 of
                   Miyato et al. 2018 (default ${OWN})
  --seeds A,B      default 0,1,2
  --seconds N      of each training, without scores (default 50): of the processor, so that other programs do
                   not count; of the clock on GPUs
  --steps N        generator steps of each training, in place of seconds: the same bits on any machine
  --batch N        images in a batch (default ${BATCH})
  --samples N      images of each score (default ${SAMPLES})
  --save-every N   seconds between two checkpoints of a job; 0 saves after each step (default 10)
  --out FOLDER     keeps each run, so that an interrupted study goes on (default runs/study)
  --backend NAME   wasm, cpu, webgpu, tensorflow … (default: wasm with --local and --redis, else the fastest
                   that works)

Jobs in several processes; without these, one after the other in this one:

  --local          in processes of this machine
  --redis URL      in workers of any machine, over this Redis server; examples/study/worker.ts is one
  --workers N      processes to start here; 0 if they run elsewhere (default 2)
  --watch          only shows the jobs of --redis
${queueHelp(19)}
`;

/** Reads the command line; ends the program with a message if it is invalid. */
export function readOptions(args: string[]): Options {
  const text = { type: 'string' } as const;
  const flag = { type: 'boolean', default: false } as const;
  const { values, stop, word, whole } = readCommandLine(args, HELP, {
    systems: { ...text, default: NAMES.join(',') },
    settings: { ...text, default: OWN },
    seeds: { ...text, default: '0,1,2' },
    seconds: text,
    steps: text,
    batch: { ...text, default: String(BATCH) },
    samples: { ...text, default: String(SAMPLES) },
    'save-every': { ...text, default: '10' },
    out: { ...text, default: 'runs/study' },
    backend: text,
    local: flag,
    redis: text,
    workers: text,
    watch: flag,
    ...QUEUE_OPTIONS,
  });
  const { redis, local, watch, seconds, steps, backend } = values;
  const list = <T>(name: 'systems' | 'settings' | 'seeds', read: (one: string) => T): T[] => {
    const found = values[name].split(',').map(read);
    if (new Set(found).size < found.length)
      stop(`--${name} must name each once. Received: ${values[name]}.`);
    return found;
  };
  const without = (name: string, other: string) =>
    stop(`--${name} must be without --${other}. Received: both.`);
  if (redis !== undefined && local) without('local', 'redis');
  if (seconds !== undefined && steps !== undefined) without('steps', 'seconds');
  if (watch && redis === undefined) stop('--watch must be with --redis URL. Received: none.');
  const inProcesses = local || redis !== undefined;
  if (values.workers !== undefined && !inProcesses)
    stop(`--workers must be with --local or --redis. Received: ${values.workers}.`);

  const systems = list('systems', (name) => word('systems', name, NAMES));
  const settings = list('settings', (name) => word('settings', name, SETTING_NAMES));
  const several = settings.find((name) => (SETTINGS[name]?.criticSteps ?? 1) > 1);
  const unable = systems.find((name) => WITHOUT_CRITIC_STEPS.includes(name));
  if (several !== undefined && unable !== undefined)
    stop(
      `--settings must be ${OWN}, B or C for ${unable}, whose players move together. Received: ${several}.`,
    );
  return {
    ...{ systems, settings, watch, backend: backend ?? (inProcesses ? USUAL_BACKEND : undefined) },
    seeds: list('seeds', (seed) => whole('seeds', seed, 0)),
    length:
      steps === undefined
        ? { seconds: whole('seconds', seconds ?? '50', 1) }
        : { steps: whole('steps', steps, 1) },
    batch: whole('batch', values.batch, 1),
    samples: whole('samples', values.samples, 50),
    saveEvery: whole('save-every', values['save-every'], 0),
    out: values.out,
    queue: redis === undefined ? undefined : queueAddress({ ...values, redis }, whole),
    workers: inProcesses ? whole('workers', values.workers ?? '2', local ? 1 : 0) : undefined,
  };
}

/** Returns the jobs of a study, each seed with all systems before the next. */
export const jobsOf = (
  { systems, settings, seeds, length, batch, samples, saveEvery }: Options,
  backend: string,
): Job[] =>
  seeds.flatMap((seed) =>
    systems.flatMap((system) =>
      settings.map((setting) => ({
        ...length,
        ...{ system, setting, seed, batch, samples, backend, saveEvery },
      })),
    ),
  );
