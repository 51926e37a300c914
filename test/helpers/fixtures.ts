import { readFileSync } from 'node:fs';

/** Reads a committed fixture of test/parity/fixtures. */
export function fixture<T>(name: string): T {
  const url = new URL(`../parity/fixtures/${name}.json`, import.meta.url);
  return JSON.parse(readFileSync(url, 'utf8')) as T;
}
