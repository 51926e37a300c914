/** Milliseconds of a slice: half of a noticeable delay, so that one more unit of work stays below it. */
const SLICE = 25;

/** When the work of this turn of the event loop began. There is one clock, because there is one loop. */
let began: number | undefined;

/** Reads the clock, and starts it if the event loop has turned since. */
function clock(): number {
  if (began === undefined) {
    began = performance.now();
    setTimeout(() => (began = undefined));
  }
  return began;
}

/**
 * Keeps long work on the host from holding the event loop.
 *
 * @returns A function to await between steps; once 25 ms have passed since the loop's last turn,
 *   it lets timers, input and the network go first.
 */
export function pace(): () => Promise<void> {
  clock();
  return async () => {
    if (performance.now() - clock() < SLICE) return;
    await new Promise<void>((resolve) => setTimeout(resolve));
  };
}
