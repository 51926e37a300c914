/** Milliseconds of steps after which the event loop turns: half of a noticeable delay. */
const SLICE = 25;

/** What there is in Node, Deno and Bun, and the channel of pages. */
interface Loop {
  readonly setImmediate?: (fn: () => void) => unknown;
  readonly MessageChannel: new () => {
    readonly port1: { onmessage: () => void; close(): void };
    readonly port2: { postMessage(message: unknown): void };
  };
}

/** Lets everything that waits in the event loop go first; without the least delay that timers have. */
function turn(): Promise<void> {
  const { setImmediate, MessageChannel } = globalThis as unknown as Loop;
  if (typeof setImmediate === 'function')
    return new Promise<void>((resolve) => void setImmediate(resolve));
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(0);
  });
}

/**
 * Keeps a loop of steps from blocking the event loop: a step on wasm never waits.
 *
 * @returns A function to await after each step; once 25 ms have passed since the last turn, it lets signals, input and
 *   the network go first.
 */
export function turns(): () => Promise<void> {
  let last = performance.now();
  return async () => {
    if (performance.now() - last < SLICE) return;
    await turn();
    last = performance.now();
  };
}
