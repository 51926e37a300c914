import { SingleBar } from 'cli-progress';

/** The progress bar of a training run: how much is done, a text, and the time left. */
export class TrainingBar {
  // without a terminal it prints a line every 15 seconds
  private readonly bar = new SingleBar({
    format: '{bar} {value}/{total} | {said} | {left} left',
    ...{ barsize: 20, hideCursor: true, noTTYOutput: true, notTTYSchedule: 15_000 },
  });
  private readonly began = performance.now();

  /**
   * @param first How much is done at the beginning.
   * @param total The whole, in the same unit.
   */
  constructor(
    private readonly first: number,
    private readonly total: number,
  ) {
    this.bar.start(Math.round(total), Math.round(first), { said: '–', left: '–' });
  }

  update(done: number, said: string): void {
    const elapsed = (performance.now() - this.began) / 1000;
    const left = Math.max(0, Math.round((elapsed / (done - this.first)) * (this.total - done)));
    this.bar.update(Math.floor(done), {
      said,
      left: `${Math.floor(left / 60)}:${String(left % 60).padStart(2, '0')}`,
    });
  }

  stop(): void {
    this.bar.stop();
  }
}
