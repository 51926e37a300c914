import type { Case } from '../cases/cases.js';
import { LineProcess } from './line_process.js';
import type { About, Prepared, Problem, Request, Timed } from './protocol.js';

/** A program that does the same work as others. */
export interface ContenderCommand {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  /** Added to the environment of this process. */
  readonly env?: Readonly<Record<string, string>>;
  /** How many threads it computes with; default 1. */
  readonly threads?: number;
  /** Takes minutes for what others do in a second, and is left out unless it is named. */
  readonly slow?: boolean;
}

/**
 * A contender, whose process starts at the first question. What goes wrong, and be it that the process
 * ends, is an answer: the others go on.
 */
export class Contender {
  readonly name: string;
  readonly threads: number;
  private process: LineProcess | undefined;
  /** What is wrong with the process; no question helps then. */
  private broken: Problem | undefined;

  constructor(private readonly command: ContenderCommand) {
    this.name = command.name;
    this.threads = command.threads ?? 1;
  }

  /** On what it computes. */
  about(): Promise<About | Problem> {
    return this.ask<About>({ about: true });
  }

  /** Makes a case ready under an index; what is wrong where it cannot. */
  prepare(one: Case, as: number): Promise<Prepared | Problem> {
    return this.ask<Prepared>({ prepare: one, as });
  }

  /** Repeats a case that is ready; milliseconds for one repetition. */
  async run(as: number, times: number): Promise<Timed | Problem> {
    const timed = await this.ask<Timed>({ run: times, as });
    return 'problem' in timed ? timed : { ms: timed.ms / times, peak: timed.peak };
  }

  /** Frees all cases that are ready; of a process that is broken, the next question starts another. */
  async release(): Promise<void> {
    if (this.process !== undefined) await this.ask({ release: true });
    if (this.broken !== undefined) this.stop();
  }

  /** Ends the process; the next question starts another. */
  stop(): void {
    this.process?.stop();
    this.process = undefined;
    this.broken = undefined;
  }

  private async ask<Answer extends object>(request: Request): Promise<Answer | Problem> {
    if (this.broken !== undefined) return this.broken;
    const { command, args, env = {} } = this.command;
    this.process ??= new LineProcess(command, args, env);
    try {
      return JSON.parse(await this.process.ask(JSON.stringify(request))) as Answer | Problem;
    } catch (error) {
      // it ended, or what it wrote is no answer: then the next line would be that to an earlier question
      this.broken = { problem: (error as Error).message };
      return this.broken;
    }
  }
}
