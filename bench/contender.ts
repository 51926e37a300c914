import { spawn } from 'node:child_process';
import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Case } from './cases.js';
import type { Prepared, Request, Timed } from './protocol.js';

/** A program that does the same work as others. */
export interface ContenderCommand {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  /** Takes minutes for what others do in a second, and is left out unless it is named. */
  readonly slow?: boolean;
}

/** The process of a contender. */
export class Contender {
  readonly name: string;
  private readonly child: ChildProcessWithoutNullStreams;
  private readonly answers: AsyncIterator<string>;

  constructor({ name, command, args }: ContenderCommand) {
    this.name = name;
    this.child = spawn(command, args, { stdio: 'pipe' });
    this.child.stderr.resume(); // tfjs advises tfjs-node there
    this.child.on('error', () => undefined); // a command that is not there answers nothing
    this.child.stdin.on('error', () => undefined);
    this.answers = createInterface(this.child.stdout)[Symbol.asyncIterator]();
  }

  /** Makes a case ready under an index; what is wrong where it cannot. */
  async prepare(one: Case, as: number): Promise<Prepared> {
    return (await this.ask<Prepared>({ prepare: one, as })) ?? { problem: 'the process ended' };
  }

  /** Repeats a case that is ready; milliseconds for one repetition. */
  async run(as: number, times: number): Promise<Timed> {
    const timed = await this.ask<Timed>({ run: times, as });
    if (timed === undefined) throw new Error(`${this.name}: the process ended`);
    return { ms: timed.ms / times, peak: timed.peak };
  }

  /** Frees all cases that are ready. */
  async release(): Promise<void> {
    await this.ask({ release: true });
  }

  stop(): void {
    this.child.kill();
  }

  private async ask<Answer>(request: Request): Promise<Answer | undefined> {
    this.child.stdin.write(`${JSON.stringify(request)}\n`);
    const line = await this.answers.next();
    return line.done === true ? undefined : (JSON.parse(line.value) as Answer);
  }
}
