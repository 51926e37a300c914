import { vi } from 'vitest';

class Ended extends Error {
  constructor(readonly code: unknown) {
    super(`the program ended with ${String(code)}`);
  }
}

/**
 * Reads a command line that is refused, in this process, as starting a program takes seconds.
 *
 * @param readOptions Reads it as the program does.
 * @returns What the program would print to stderr, and the code that it would end with.
 */
export function refusal(
  readOptions: (args: string[]) => unknown,
  args: string[],
): { said: string; code: unknown } {
  const exit = vi.spyOn(process, 'exit').mockImplementation((code) => {
    throw new Ended(code);
  });
  const error = vi.spyOn(console, 'error').mockImplementation(() => undefined);
  try {
    readOptions(args);
  } catch (ended) {
    if (!(ended instanceof Ended)) throw ended;
    return { said: error.mock.calls.flat().join('\n'), code: ended.code };
  } finally {
    exit.mockRestore();
    error.mockRestore();
  }
  throw new Error(`it takes ${args.join(' ')}`);
}
