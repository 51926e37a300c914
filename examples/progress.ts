import { SingleBar } from 'cli-progress';

/** Makes a progress bar; without a terminal it prints a line every 15 seconds. */
export const progressBar = (format: string): SingleBar =>
  new SingleBar({
    ...{ format, barsize: 20, hideCursor: true },
    ...{ noTTYOutput: true, notTTYSchedule: 15_000 },
  });
