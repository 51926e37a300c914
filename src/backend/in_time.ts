interface Host {
  setTimeout(run: () => void, milliseconds: number): unknown;
  clearTimeout(timer: unknown): void;
}
const LATE = Symbol('late');

/**
 * Waits at most the given milliseconds for a part of a start, which may never end.
 *
 * @param part A verb for messages, as in `did not ${part} within 15 s`.
 * @param discard Disposes of a late result.
 */
export async function inTime<T>(
  work: Promise<T>,
  milliseconds: number,
  part: string,
  discard?: (value: T) => void,
): Promise<T> {
  const host = globalThis as unknown as Host;
  let timer: unknown;
  const late = new Promise<typeof LATE>((resolve) => {
    timer = host.setTimeout(() => resolve(LATE), milliseconds);
  });
  try {
    const value = await Promise.race([work, late]);
    if (value !== LATE) return value;
  } finally {
    host.clearTimeout(timer);
  }
  void work.then(discard).catch(() => undefined);
  throw new Error(`did not ${part} within ${milliseconds / 1000} s`);
}
