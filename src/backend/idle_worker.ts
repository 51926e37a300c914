/** A message of Emscripten's glue to its workers. */
interface Command {
  readonly cmd?: string;
}

/**
 * Stands in for the workers of tfjs's wasm backend. Emscripten's glue starts by making eight, and waits
 * until each has loaded the binary. It asks nothing else of them with one thread: these only report that
 * they have loaded it.
 */
export class IdleWorker {
  /** Set by the glue. */
  onmessage?: (event: { readonly data: Command }) => void;

  /** @param failed Receives errors that the glue throws on an answer, which its promise does not. */
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
  on(): void {} // as in Node's workers
  ref(): void {}
  unref(): void {}
  terminate(): void {}
}

/** Waits for a start with idle workers, and rejects if the glue throws on their answers. */
export function amongIdleWorkers<T>(start: (makeIdle: () => IdleWorker) => Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    start(() => new IdleWorker(reject)).then(resolve, reject);
  });
}
