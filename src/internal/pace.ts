/** Milliseconds per slice: half of a noticeable delay, so that one more unit of work stays below it. */
const SLICE = 25;

/** The start of the work in this turn of the event loop. There is one clock, as there is one loop. */
let began: number | undefined;

/** Reads the clock, and restarts it if the event loop has turned since. */
function clock(): number {
  if (began === undefined) {
    began = performance.now();
    setTimeout(() => (began = undefined));
  }
  return began;
}

/**
 * Keeps long work on the host from blocking the event loop.
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
