import { WASM_BINARIES } from './options.js';
import type { LoadBackendOptions } from './options.js';

/** The address of a binary, if it is known. */
export type AddressOf = (file: string) => string | undefined;

/** The addresses that `wasmPath` stands for. */
export const addressesIn =
  (path: LoadBackendOptions['wasmPath']): AddressOf =>
  (file) =>
    typeof path === 'string' ? `${asFolder(path)}${file}` : path?.[file];

const asFolder = (path: string): string => (/[/\\]$/.test(path) ? path : `${path}/`);

interface WasmPaths {
  readonly setWasmPaths: (addresses: Record<string, string>) => void;
}
/** By the function, as bundles in CommonJS make another object of the module for each import. */
const given = new WeakMap<WasmPaths['setWasmPaths'], Record<string, string | undefined>>();

/**
 * Tells tfjs where its binaries are; it guesses where an address is not known. tfjs takes no addresses any
 * more once a start has failed, but at each start it looks into the ones that it was given first.
 */
export function placeBinaries({ setWasmPaths }: WasmPaths, addressOf: AddressOf): void {
  let addresses = given.get(setWasmPaths);
  if (addresses === undefined) {
    const none = Object.fromEntries(WASM_BINARIES.map((file) => [file, '']));
    setWasmPaths(none);
    given.set(setWasmPaths, (addresses = none));
  }
  for (const file of WASM_BINARIES) addresses[file] = addressOf(file);
}
