/** What Emscripten's glue says to its workers. */
interface Command {
  readonly cmd?: string;
}

/**
 * Stands in for the workers of tfjs's wasm backend. Emscripten's glue starts by making eight, and waits
 * until each has loaded the binary. With one thread it asks nothing else of them: these say that they
 * have, and are nothing.
 */
export class IdleWorker {
  /** Set by the glue. */
  onmessage?: (event: { readonly data: Command }) => void;

  /** @param failed Takes what the glue throws when it has an answer, of which its promise knows nothing. */
  constructor(private readonly failed: (reason: unknown) => void) {}

  postMessage({ cmd }: Command): void {
    if (cmd === 'load') queueMicrotask(() => this.answer());
    // nobody would run it, and tfjs would wait for ever
    if (cmd === 'run') throw new Error('tfjs asked for a thread of its own');
  }
  private answer(): void {
    try {
      this.onmessage?.({ data: { cmd: 'loaded' } });
    } catch (error) {
      this.failed(error);
    }
  }
  on(): void {} // as workers of Node have it
  ref(): void {}
  unref(): void {}
  terminate(): void {}
}

/** Waits for a start with idle workers, and throws, too, what the glue throws at their answers. */
export function amongIdleWorkers<T>(start: (makeIdle: () => IdleWorker) => Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    start(() => new IdleWorker(reject)).then(resolve, reject);
  });
}
