import { loadBackend } from 'gan-kit';
import type { BackendName } from 'gan-kit';

/** Loads the backend of the command line, or the fastest that works, and prints its name. */
export async function startBackend(options: {
  readonly backend: string | undefined;
  readonly threads: number | undefined;
}): Promise<string> {
  const { name, device } = await loadBackend({
    ...(options.backend !== undefined && { prefer: [options.backend as BackendName] }),
    ...(options.threads !== undefined && { threads: options.threads }),
  });
  const backend = `${name} (${device})`;
  console.log(`backend: ${backend}`);
  return backend;
}
