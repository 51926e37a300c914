import { clearScreenDown, moveCursor } from 'node:readline';
import type { WriteStream } from 'node:tty';
import { jobName } from './job.js';
import type { Job, JobState } from './job.js';

const RANKS = { running: 0, failed: 1, waiting: 2, done: 3 } as const;

/** Formats seconds as hours, minutes and seconds. */
export function duration(seconds: number): string {
  const whole = Math.round(seconds);
  const [hours, minutes] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60];
  const two = (value: number) => String(value).padStart(2, '0');
  return `${hours > 0 ? `${hours}:${two(minutes)}` : minutes}:${two(whole % 60)}`;
}

/** Names a job. */
const named = ({ system, setting, seed }: Job) => [system, setting, `seed ${seed}`];

/** Says how far a job is. */
function reached({ job, progress, state }: JobState): string {
  const { step = 0, share = 0 } = progress ?? {};
  if ('steps' in job) return `${state === 'done' ? job.steps : step} of ${job.steps} steps`;
  const passed = state === 'done' ? job.seconds : Math.floor(share * job.seconds);
  return `${passed} of ${job.seconds} s, step ${step}`;
}

function cellsOf(one: JobState): string[] {
  const { job, state, progress = { worker: '' } } = one;
  const { score, worker, rest } = { score: undefined, rest: undefined, ...progress };
  return [
    ...named(job),
    reached(one),
    score === undefined ? '' : `score ${score.toFixed(2)}`,
    state,
    worker,
    state === 'running' && rest !== undefined ? `${duration(rest)} left` : '',
  ];
}

/** Estimates the seconds that are left for all jobs, by the running ones; undefined if none has come far enough. */
function timeLeft(states: readonly JobState[]): number | undefined {
  const known = states.flatMap(({ state, progress }) =>
    state === 'running' && progress?.rest !== undefined && progress.share < 1
      ? [{ rest: progress.rest, whole: progress.rest / (1 - progress.share) }]
      : [],
  );
  if (known.length === 0) return undefined;
  const sum = (values: readonly number[]) => values.reduce((a, b) => a + b, 0);
  const whole = sum(known.map((one) => one.whole)) / known.length;
  const running = states.filter(({ state }) => state === 'running').length;
  const waiting = states.filter(({ state }) => state === 'waiting');
  // a job that goes back to the queue has its checkpoint
  const toCome = sum(waiting.map(({ progress }) => whole * (1 - (progress?.share ?? 0))));
  const unknown = (running - known.length) * whole;
  return (sum(known.map(({ rest }) => rest)) + unknown + toCome) / running;
}

/** Makes the line about all jobs. */
export function summary(states: readonly JobState[]): string {
  const count = (wanted: JobState['state']) =>
    states.filter(({ state }) => state === wanted).length;
  const [done, running, waiting, failed] = (['done', 'running', 'waiting', 'failed'] as const).map(
    count,
  );
  const left = timeLeft(states);
  return (
    `${states.length} jobs: ${done} done, ${running} running, ${waiting} waiting, ${failed} failed` +
    (left === undefined ? '' : `; ${duration(left)} left`)
  );
}

/** Makes a line for each job below the line about all; where there are too many for `rows`, those that run come first. */
export function progressLines(
  states: readonly JobState[],
  { rows, columns }: { readonly rows: number; readonly columns: number },
): string[] {
  const room = rows - 2; // the line about all, and that of the cursor
  const fits = states.length <= room;
  const shown = fits
    ? states
    : [...states].sort((a, b) => RANKS[a.state] - RANKS[b.state]).slice(0, Math.max(0, room - 1));
  const more = fits ? [] : [`… and ${states.length - shown.length} more`];
  return [summary(states), ...linesOf(shown), ...more].map((line) => line.slice(0, columns));
}

/** Makes a line for each job, in columns. */
function linesOf(states: readonly JobState[]): string[] {
  const cells = states.map(cellsOf);
  const widths = (cells[0] ?? []).map((_, i) => Math.max(...cells.map((row) => row[i]!.length)));
  return cells.map((row) =>
    row
      .map((cell, i) => cell.padEnd(widths[i]!))
      .join('  ')
      .trimEnd(),
  );
}

/** Milliseconds between the lines about all jobs where there is no terminal. */
const LINES_EVERY = 15_000;

/** What shows the progress of jobs: redrawn in place on a terminal, else as lines now and then, and for each end. */
export class View {
  private drawn = 0;
  private said = -Infinity;
  private readonly ended = new Set<string>();

  constructor(private readonly stream: WriteStream = process.stdout) {}

  show(states: readonly JobState[]): void {
    if (this.stream.isTTY) this.draw(states);
    else this.say(states);
  }

  private draw(states: readonly JobState[]): void {
    const { rows, columns } = this.stream;
    const lines = progressLines(states, { rows, columns });
    if (this.drawn > 0) moveCursor(this.stream, 0, -this.drawn);
    clearScreenDown(this.stream);
    this.write(lines);
    this.drawn = lines.length;
  }

  private say(states: readonly JobState[]): void {
    const isNew = ({ job, state }: JobState) =>
      (state === 'done' || state === 'failed') && !this.ended.has(jobName(job));
    const ends = states.filter(isNew);
    for (const { job } of ends) this.ended.add(jobName(job));
    this.write(linesOf(ends));
    if (performance.now() - this.said < LINES_EVERY) return;
    this.write([summary(states), ...linesOf(states.filter(({ state }) => state === 'running'))]);
    this.said = performance.now();
  }

  private write(lines: readonly string[]): void {
    this.stream.write(lines.map((line) => `${line}\n`).join(''));
  }
}
