import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const PATH = fileURLToPath(new URL('../../node_modules/@tensorflow/tfjs-node', import.meta.url));

/** The environment of tests on libtensorflow: without its line about the processor's features. */
const ENVIRONMENT = { TF_CPP_MIN_LOG_LEVEL: '2' };

/**
 * Looks for the native backend; gives the environment of its tests, or tells in one line what is missing.
 * With `NATIVE_TESTS=required` a missing one is an error, so that no test is left out unseen.
 */
export function findNative(): Readonly<Record<string, string>> | undefined {
  const missing = existsSync(PATH) ? complaint() : 'no package `@tensorflow/tfjs-node`';
  if (missing === undefined) return ENVIRONMENT;
  const line = `Tests on libtensorflow are left out: ${missing} (npm run native).`;
  if (process.env['NATIVE_TESTS'] === 'required') throw new Error(line);
  console.warn(line);
  return undefined;
}

/** What the module says that cannot be loaded, in a process of its own: an addon that crashes does no harm there. */
function complaint(): string | undefined {
  const { status, stderr } = spawnSync(
    process.execPath,
    ['--input-type=module', '--eval', "await import('@tensorflow/tfjs-node')"],
    {
      cwd: fileURLToPath(new URL('../..', import.meta.url)),
      env: { ...process.env, ...ENVIRONMENT },
      timeout: 60_000,
      encoding: 'utf8',
    },
  );
  if (status === 0) return undefined;
  const reason = /^\w*Error.*$/m.exec(stderr)?.[0] ?? 'it ends while it loads';
  return `@tensorflow/tfjs-node does not load: ${reason}`;
}
