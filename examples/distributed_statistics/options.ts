import { readCommandLine } from '../command_line.js';

const text = { type: 'string' } as const;
const REDIS = 'redis://127.0.0.1:6379';
const COMMON = {
  redis: { ...text, default: REDIS },
  prefix: { ...text, default: 'gan-kit' },
  lock: { ...text, default: '10000' },
} as const;
const COMMON_HELP = `  --redis URL    of the Redis server (default ${REDIS})
  --prefix NAME  of the keys there (default gan-kit)
  --lock MS      after which a job of a silent worker goes to another (default 10000)`;

/** The options of a worker, with which it reaches the queue. */
export interface WorkerOptions {
  readonly redis: string;
  readonly prefix: string;
  readonly lock: number;
}

/** The options of the program that distributes the work. */
export interface Options extends WorkerOptions {
  readonly images: number;
  readonly shards: number;
  readonly workers: number;
  readonly alone: boolean;
}

export function readWorkerOptions(args: string[]): WorkerOptions {
  const { values, whole } = readCommandLine(args, `A worker.\n\n${COMMON_HELP}\n`, COMMON);
  return { ...values, lock: whole('lock', values.lock, 100) };
}

export function readOptions(args: string[]): Options {
  const help = `The Fréchet distance between the two halves of MNIST, counted by several processes.

  npm run distributed-statistics -- [options]

${COMMON_HELP}
  --workers N    processes to start here; 0 if they run elsewhere (default 2)
  --images N     of each half (default 10000)
  --shards N     that each half is cut into (default 20)
  --alone        counts the same shards in this process, without Redis
`;
  const { values, whole } = readCommandLine(args, help, {
    ...COMMON,
    workers: { ...text, default: '2' },
    images: { ...text, default: '10000' },
    shards: { ...text, default: '20' },
    alone: { type: 'boolean', default: false },
  });
  return {
    ...{ redis: values.redis, prefix: values.prefix, alone: values.alone },
    lock: whole('lock', values.lock, 100),
    workers: whole('workers', values.workers, 0),
    images: whole('images', values.images, 2),
    shards: whole('shards', values.shards, 1),
  };
}
