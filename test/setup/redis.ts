import { execFileSync } from 'node:child_process';

/**
 * Whether the program `redis-server` is there. With `REDIS_TESTS=required` a missing one is an error,
 * so that no test is left out unseen.
 */
export function hasRedis(): boolean {
  try {
    execFileSync('redis-server', ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    const note = 'redis-server is missing: the tests of jobs over Redis are left out';
    if (process.env['REDIS_TESTS'] === 'required') throw new Error(note);
    console.warn(note);
    return false;
  }
}
