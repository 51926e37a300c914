/** A worker that does the jobs of `runLocally`, which starts it. */
import { READY } from '../worker_crew.js';
import type { Job, JobResult, Progress } from './job.js';
import { FileKeeper } from './keeper.js';
import { stopSignal } from './stop_signal.js';
import { Trainer } from './trainer.js';

/** A job, and the file of its checkpoint. */
export interface Task {
  readonly job: Job;
  readonly checkpoint: string;
}

/** What a worker tells about its job; the picture is in base64. */
export type Report =
  | { readonly progress: Progress }
  | { readonly result: JobResult; readonly picture?: string | undefined }
  | { readonly error: string };

const signal = stopSignal();
let trainer: Promise<Trainer> | undefined;
let isWorking = false;

process.on('message', ({ job, checkpoint }: Task) => void take(job, checkpoint));
signal.addEventListener('abort', leaveIfStopped);
process.send!(READY);

async function take(job: Job, checkpoint: string): Promise<void> {
  isWorking = true;
  await work(job, checkpoint).catch((error: unknown) => tell({ error: String(error) }));
  isWorking = false;
  leaveIfStopped();
}

async function work(job: Job, checkpoint: string): Promise<void> {
  trainer ??= Trainer.start(job.backend); // all jobs of a command have one backend
  const outcome = await (
    await trainer
  ).run(job, {
    ...{ keeper: new FileKeeper(checkpoint), signal },
    onProgress: (progress) => tell({ progress }),
  });
  if (outcome === undefined) return;
  const { result, picture } = outcome;
  await tell({ result, picture: picture && Buffer.from(picture).toString('base64') });
}

/** Sends a message, and waits until it has left. */
const tell = (report: Report): Promise<void> =>
  new Promise((resolve) => {
    if (process.connected) process.send!(report, undefined, undefined, () => resolve());
    else resolve();
  });

function leaveIfStopped(): void {
  if (signal.aborted && !isWorking) process.exit(0);
}
