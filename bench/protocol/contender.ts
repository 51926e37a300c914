import { setTimeout } from 'node:timers/promises';
import type { Case } from '../cases/cases.js';
import { LineProcess } from './line_process.js';
import type { About, Prepared, Problem, Request, Timed } from './protocol.js';

/** The command of a program that does the same work as others. */
export interface ContenderCommand {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  /** The folder in which the process runs; default that of this one. */
  readonly folder?: string;
  /** Variables that are added to the environment of this process. */
  readonly env?: Readonly<Record<string, string>>;
  /** The milliseconds after which a case that is not ready is given up; default none. */
  readonly patience?: number;
  /** Number of threads with which it computes; default 1. */
  readonly threads?: number;
  /** Whether it takes minutes for work that takes others a second; it is then left out unless it is named. */
  readonly slow?: boolean;
}

/**
 * A contender. Its process starts at the first question. A failure is an answer too, even if the process ends,
 * so that the others continue.
 */
export class Contender {
  readonly name: string;
  readonly threads: number;
  private process: LineProcess | undefined;
  /** The problem of a process that cannot answer any more. */
  private broken: Problem | undefined;

  constructor(private readonly command: ContenderCommand) {
    this.name = command.name;
    this.threads = command.threads ?? 1;
  }

  /** Asks for the device on which it computes. */
  about(): Promise<About | Problem> {
    return this.ask<About>({ about: true });
  }

  /** Makes a case ready under an index; returns the problem if it cannot, or not in time. */
  async prepare(one: Case, as: number): Promise<Prepared | Problem> {
    const ready = this.ask<Prepared>({ prepare: one, as });
    const { patience } = this.command;
    if (patience === undefined) return ready;
    const timer = new AbortController();
    const late = setTimeout(patience, undefined, { signal: timer.signal }).catch(() => undefined);
    const answer = await Promise.race([ready, late]);
    timer.abort();
    if (answer !== undefined) return answer;
    this.stop();
    return (this.broken = { problem: `not ready after ${patience / 1000} s` });
  }

  /** Repeats a case that is ready; returns the milliseconds of one repetition. */
  async run(as: number, times: number): Promise<Timed | Problem> {
    const timed = await this.ask<Timed>({ run: times, as });
    return 'problem' in timed ? timed : { ...timed, ms: timed.ms / times };
  }

  /** Frees all cases that are ready; after a broken process, the next question starts a new one. */
  async release(): Promise<void> {
    if (this.process !== undefined) await this.ask({ release: true });
    if (this.broken !== undefined) this.stop();
  }

  /** Ends the process; the next question starts a new one. */
  stop(): void {
    this.process?.stop();
    this.process = undefined;
    this.broken = undefined;
  }

  private async ask<Answer extends object>(request: Request): Promise<Answer | Problem> {
    if (this.broken !== undefined) return this.broken;
    const { command, args, env = {}, folder } = this.command;
    this.process ??= new LineProcess(command, args, env, folder);
    try {
      return JSON.parse(await this.process.ask(JSON.stringify(request))) as Answer | Problem;
    } catch (error) {
      // the process ended, or its line is not an answer: later lines might then answer earlier questions
      this.broken = { problem: (error as Error).message };
      return this.broken;
    }
  }
}
