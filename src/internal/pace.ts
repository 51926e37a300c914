/** Half of what a user feels, so that one more step of work does not reach it. */
const SLICE = 25;

/**
 * Keeps long work on the host from holding the event loop.
 *
 * @returns A function to await between steps; once 25 ms have passed since its last turn, it lets
 *   timers, input and the network go first.
 */
export function pace(): () => Promise<void> {
  let turn = performance.now();
  return async () => {
    if (performance.now() - turn < SLICE) return;
    await new Promise<void>((resolve) => setTimeout(resolve));
    turn = performance.now();
  };
}
