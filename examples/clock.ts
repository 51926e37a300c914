/**
 * Returns the clock of a training: seconds of the processor, all threads together, on which other programs have
 * less influence; those of the wall where a GPU computes.
 *
 * @param backend The backend as `startBackend` names it.
 */
export const secondsOn =
  (backend: string): (() => number) =>
  () => {
    if (backend.startsWith('webg')) return performance.now() / 1000;
    const { user, system } = process.cpuUsage();
    return (user + system) / 1e6;
  };
