/**
 * Returns a signal that ends a worker between two steps: by SIGTERM, by Ctrl-C, or when the program that started it is
 * gone.
 */
export function stopSignal(): AbortSignal {
  const stop = new AbortController();
  for (const event of ['SIGTERM', 'SIGINT', 'disconnect']) process.on(event, () => stop.abort());
  return stop.signal;
}
