import type { ChildProcess } from 'node:child_process';
import { MOST_DEATHS, stopProcess } from './worker_processes.js';

/** The message of a worker that can take jobs. */
export const READY = 'ready';

/**
 * Worker processes of this machine. One that was killed or that failed is replaced. One that ends as it should is not, nor one
 * that fails before it was ready, as it would fail again.
 */
export class Crew {
  private readonly processes = new Set<ChildProcess>();
  private earlyDeaths = 0;
  private stopping = false;
  private lose!: (error: Error) => void;
  /** Throws when all workers have ended; waits forever if all workers run elsewhere. */
  readonly gone: Promise<never> = new Promise((_, reject) => (this.lose = reject));

  /**
   * @param start Starts a worker; called again for each that dies.
   * @param count Number of workers.
   */
  constructor(
    private readonly start: () => ChildProcess,
    count: number,
  ) {
    this.gone.catch(() => undefined); // heard by whoever races with it, or by nobody
    for (let i = 0; i < count; i++) this.add();
  }

  private add(): void {
    const process = this.start();
    let wasReady = false;
    process.on('message', (message) => (wasReady ||= message === READY));
    this.processes.add(process);
    process.once('exit', (code) => {
      this.processes.delete(process);
      if (this.stopping) return;
      if (!wasReady) this.earlyDeaths++;
      const wasKilled = code === null && this.earlyDeaths <= MOST_DEATHS;
      if (wasKilled || (wasReady && code !== 0)) this.add();
      else if (this.processes.size === 0)
        this.lose(new Error('all workers have ended before the work was done'));
    });
  }

  /** Stops all workers, and starts no more. */
  async stop(): Promise<void> {
    this.stopping = true;
    await Promise.all([...this.processes].map(stopProcess));
  }
}
