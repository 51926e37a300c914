import { findBackendFactory } from '@tensorflow/tfjs-core';
import type { Candidate } from './candidate.js';
import type { LoadBackendOptions } from './options.js';

export type ImportModule = (specifier: string) => Promise<unknown>;

/**
 * Imports a module that may not be installed. The specifier is a variable and the comments address webpack
 * and Vite, so that no bundler tries to resolve it and fails the build.
 */
export const importOptional: ImportModule = (specifier) =>
  import(/* webpackIgnore: true */ /* @vite-ignore */ specifier);

/** The package that registered each backend here. */
const imported = new Map<string, string>();

/**
 * Imports the module of a candidate, unless the program's own import or a sibling has registered that
 * backend: a second copy of the module would replace the kernels of the first one.
 *
 * @returns the module, or undefined if the existing registration is used
 */
export async function importBackend(
  { name, backend, packageName }: Pick<Candidate, 'name' | 'backend' | 'packageName'>,
  options: LoadBackendOptions,
  importModule: ImportModule,
): Promise<unknown> {
  const registered = findBackendFactory(backend) !== null;
  if (registered && imported.get(backend) !== packageName) return undefined;
  const given = options.modules?.[name];
  try {
    const module = await (given === undefined ? importModule(packageName) : given());
    imported.set(backend, packageName);
    return module;
  } catch (error) {
    throw new Error(importFailure(packageName, name, error), { cause: error });
  }
}

/** Explains why an import failed, and what helps. */
export function importFailure(packageName: string, name: string, error: unknown): string {
  const message = firstLine(error);
  const code = String((error as { code?: unknown } | null)?.code);
  if (code.endsWith('MODULE_NOT_FOUND') && message.includes(`'${packageName}'`))
    return `not installed. Run: npm install ${packageName}`;
  // tfjs-node was unpacked, and its install script was blocked or failed
  if (message.includes('tfjs_binding.node'))
    return (
      `installed without its native addon. Run: npm install-scripts approve ${packageName} ` +
      `(npm 12), or npm rebuild ${packageName} --build-addon-from-source`
    );
  // the three ways in which browsers refuse a bare specifier that no import map names
  if (/module specifier|bare specifier|does not resolve to a valid URL/.test(message))
    return (
      `not part of this program. Import '${packageName}' before the call, or pass ` +
      `modules: { ${name}: () => import('${packageName}') }`
    );
  return `threw while loading: ${message}`;
}

/** Returns the first line of an error; tfjs also rejects with plain objects. */
export function firstLine(error: unknown): string {
  const message = (error as { message?: unknown } | null)?.message ?? error;
  return String(message).trim().split('\n')[0]!.trim();
}
