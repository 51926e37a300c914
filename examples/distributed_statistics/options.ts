import { readCommandLine } from '../command_line.js';
import { queueAddress, WORKER_HELP, WORKER_OPTIONS } from '../queue_options.js';
import type { QueueAddress } from '../queue_options.js';

/** The options of the program that distributes the work. */
export interface Options extends QueueAddress {
  readonly images: number;
  readonly shards: number;
  readonly workers: number;
  readonly alone: boolean;
}

export function readWorkerOptions(args: string[]): QueueAddress {
  const { values, whole } = readCommandLine(args, `A worker.\n\n${WORKER_HELP}\n`, WORKER_OPTIONS);
  return queueAddress(values, whole);
}

export function readOptions(args: string[]): Options {
  const text = { type: 'string' } as const;
  const help = `The Fréchet distance between the two halves of MNIST, counted by several processes.

  npm run distributed-statistics -- [options]

${WORKER_HELP}
  --workers N    processes to start here; 0 if they run elsewhere (default 2)
  --images N     of each half (default 10000)
  --shards N     that each half is cut into (default 20)
  --alone        counts the same shards in this process, without Redis
`;
  const { values, whole } = readCommandLine(args, help, {
    ...WORKER_OPTIONS,
    workers: { ...text, default: '2' },
    images: { ...text, default: '10000' },
    shards: { ...text, default: '20' },
    alone: { type: 'boolean', default: false },
  });
  return {
    ...queueAddress(values, whole),
    alone: values.alone,
    workers: whole('workers', values.workers, 0),
    images: whole('images', values.images, 2),
    shards: whole('shards', values.shards, 1),
  };
}
