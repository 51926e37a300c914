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

/** Not there in ECMAScript modules. */
declare const __filename: unknown;

/** What CommonJS calls the file; webpack takes it for granted that there is one. */
function fileOfCommonJS(): unknown {
  try {
    return __filename;
  } catch {
    return undefined;
  }
}

/**
 * Where this code may stand. What a bundler makes of it knows one of the two in a module, the other in
 * CommonJS; the script that was started is near enough.
 */
function places(): string[] {
  const address = (import.meta as { url?: string }).url;
  const all = [address, fileOfCommonJS(), nodeProcess().argv[1]];
  return all.filter((place) => typeof place === 'string');
}

/** Whether a file is there and may be read. */
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
 * The folder of an npm package that holds a file: in the package as it is installed, or, for a bundle that
 * was moved away from its `node_modules`, beside the program, by itself or in a folder of its name.
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
