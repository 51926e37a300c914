const text = { type: 'string' } as const;

export const REDIS = 'redis://127.0.0.1:6379';

/** The options of the command line with which a program reaches the queue, besides the server. */
export const QUEUE_OPTIONS = {
  prefix: { ...text, default: 'gan-kit' },
  lock: { ...text, default: '30000' },
} as const;

/** Writes the help on them, whose texts begin at a column. */
export const queueHelp = (column: number): string =>
  [
    [`  --prefix NAME`, 'of the keys there (default gan-kit)'],
    [`  --lock MS`, 'after which a job of a silent worker goes to another (default 30000)'],
  ]
    .map(([name, about]) => name!.padEnd(column) + about!)
    .join('\n');

/** The options of a worker that has the server's address by default. */
export const WORKER_OPTIONS = { redis: { ...text, default: REDIS }, ...QUEUE_OPTIONS } as const;

export const WORKER_HELP = `  --redis URL    of the Redis server (default ${REDIS})
${queueHelp(17)}`;

/** How a program reaches the queue. */
export interface QueueAddress {
  readonly redis: string;
  readonly prefix: string;
  /** Milliseconds after which a job of a silent worker goes to another. */
  readonly lock: number;
}

/** Returns the address in values of the command line. */
export const queueAddress = (
  { redis, prefix, lock }: Readonly<Record<keyof QueueAddress, string>>,
  whole: (name: string, value: string, min: number) => number,
): QueueAddress => ({ redis, prefix, lock: whole('lock', lock, 100) });

/** Writes the address as arguments of a worker. */
export const toArguments = ({ redis, prefix, lock }: QueueAddress): string[] => [
  ...['--redis', redis, '--prefix', prefix, '--lock', String(lock)],
];
