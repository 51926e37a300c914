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

  postMessage({ cmd }: Command): void {
    if (cmd === 'load') queueMicrotask(() => this.onmessage?.({ data: { cmd: 'loaded' } }));
    // nobody would run it, and tfjs would wait for ever
    if (cmd === 'run') throw new Error('tfjs asked for a thread of its own');
  }
  on(): void {} // as workers of Node have it
  ref(): void {}
  unref(): void {}
  terminate(): void {}
}
