import { spawn } from 'node:child_process';
import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import { createInterface } from 'node:readline';

/** The beginning of a message about a process that ended. */
export const ENDED = 'the process ended';

/** A process that reads questions and writes answers, one line each. */
export class LineProcess {
  private readonly child: ChildProcessWithoutNullStreams;
  private readonly answers: AsyncIterator<string>;
  private readonly end: Promise<string>;
  private errors = '';

  constructor(
    command: string,
    args: readonly string[],
    env: Readonly<Record<string, string>>,
    folder?: string,
  ) {
    this.child = spawn(command, args, {
      stdio: 'pipe',
      env: { ...process.env, ...env },
      cwd: folder,
    });
    // read all of it, or a process that writes a lot would be blocked
    this.child.stderr.setEncoding('utf8').on('data', (text: string) => {
      this.errors = (this.errors + text).slice(-4000);
    });
    this.child.stdin.on('error', () => undefined); // the process ended; `end` says how
    this.end = new Promise((resolve) => {
      this.child.on('error', ({ message }) => resolve(message)); // no such command
      this.child.on('close', (code, signal) =>
        resolve(signal ?? `exit code ${code}${lastWords(this.errors)}`),
      );
    });
    this.answers = createInterface(this.child.stdout)[Symbol.asyncIterator]();
  }

  /**
   * Writes a line and waits for the next one.
   *
   * @throws Error that says how the process ended, if it did.
   */
  async ask(line: string): Promise<string> {
    this.child.stdin.write(`${line}\n`);
    const ended = this.end.then(() => undefined);
    const answer = await Promise.race([this.answers.next(), ended]);
    if (answer?.done === false) return answer.value;
    throw new Error(`${ENDED} (${await this.end})`);
  }

  stop(): void {
    this.child.kill();
  }
}

/** Returns the line that names an error, if there is one; Node and Python write other lines around it. */
export function lastWords(errors: string): string {
  const named = errors.split('\n').filter((line) => /^([A-Za-z]\w*\.)*\w*Error\b/.test(line));
  return named.length === 0 ? '' : `, ${named.at(-1)!.trim()}`;
}
