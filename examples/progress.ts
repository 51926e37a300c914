import { SingleBar } from 'cli-progress';

/** Makes a progress bar; without a terminal it prints a line every 15 seconds. */
export const progressBar = (format: string): SingleBar =>
  new SingleBar({
    ...{ format, barsize: 20, hideCursor: true },
    ...{ noTTYOutput: true, notTTYSchedule: 15_000 },
  });

/** The progress bar of a training run: how much is done, a text, and the time left. */
export class TrainingBar {
  private readonly bar = progressBar('{bar} {value}/{total} | {said} | {left} left');
  private readonly began = performance.now();

  constructor(
    private readonly first: number,
    private readonly steps: number,
  ) {
    this.bar.start(Math.round(steps), Math.round(first), { said: '–', left: '–' });
  }

  update(step: number, said: string): void {
    const elapsed = (performance.now() - this.began) / 1000;
    const left = Math.max(0, Math.round((elapsed / (step - this.first)) * (this.steps - step)));
    this.bar.update(Math.floor(step), {
      said,
      left: `${Math.floor(left / 60)}:${String(left % 60).padStart(2, '0')}`,
    });
  }

  stop(): void {
    this.bar.stop();
  }
}
