import { nodeBuiltin, nodeProcess } from './node_builtins.js';

interface Paths {
  readonly dirname: (file: string) => string;
  readonly join: (...parts: string[]) => string;
}
interface Modules {
  readonly createRequire: (from: string) => { resolve(id: string): string };
}
interface Addresses {
  readonly fileURLToPath: (address: string) => string;
}

/** Undefined in ECMAScript modules. */
declare const __filename: unknown;

/** Returns CommonJS's name of the file; webpack assumes that there is one. */
function fileOfCommonJS(): unknown {
  try {
    return __filename;
  } catch {
    return undefined;
  }
}

/**
 * Lists where this code may be. A bundle has one of the two names as a module, the other in CommonJS; the
 * started script is close enough.
 */
function places(): string[] {
  const address = (import.meta as { url?: string }).url;
  const all = [address, fileOfCommonJS(), nodeProcess().argv[1]];
  return all.filter((place) => typeof place === 'string');
}

/** Tells whether a file exists and may be read. */
export function isFile(path: string): boolean {
  try {
    return nodeBuiltin<{ statSync(file: string): { isFile(): boolean } }>('fs')
      .statSync(path)
      .isFile();
  } catch {
    return false;
  }
}

/**
 * Finds the folder of an npm package that holds a file: in the installed package, or beside the program,
 * by itself or in the given folder, for a bundle without its `node_modules`.
 */
export function folderWith(file: string, packageName: string, folder: string): string | undefined {
  const { dirname, join } = nodeBuiltin<Paths>('path');
  const { createRequire } = nodeBuiltin<Modules>('module');
  const { fileURLToPath } = nodeBuiltin<Addresses>('url');
  const installed = (place: string) =>
    join(dirname(createRequire(place).resolve(packageName)), '..', folder);
  const beside = (place: string) =>
    dirname(place.startsWith('file:') ? fileURLToPath(place) : place);
  for (const candidate of [
    installed,
    beside,
    (place: string): string => join(beside(place), folder),
  ])
    for (const place of places())
      try {
        const found = candidate(place);
        if (isFile(join(found, file))) return found;
      } catch {
        // not resolved from there
      }
  return undefined;
}
