import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** Number of workers that may die over a job before it is given up. */
export const MOST_DEATHS = 10;

/** Starts a TypeScript program on this machine, with a channel for messages. */
export const startProcess = (program: URL, args: readonly string[] = []): ChildProcess =>
  fork(fileURLToPath(program), args, {
    execArgv: ['--import', 'tsx'],
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });

/** Waits until a process has ended, for any reason. */
export async function exitOf(process: ChildProcess): Promise<void> {
  if (process.exitCode !== null || process.signalCode !== null) return;
  await new Promise((resolve) => process.once('exit', resolve));
}

/** Stops a worker as it wants: after the job that it has begun, or at a place from which another goes on. */
export async function stopProcess(process: ChildProcess): Promise<void> {
  process.kill('SIGTERM'); // has no effect on one that has ended
  await exitOf(process);
}

/** Waits until a signal is aborted. */
export const aborted = (signal: AbortSignal | undefined): Promise<undefined> =>
  new Promise((resolve) => {
    if (signal?.aborted === true) resolve(undefined);
    else signal?.addEventListener('abort', () => resolve(undefined));
  });
