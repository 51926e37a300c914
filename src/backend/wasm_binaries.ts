import { WASM_BINARIES } from './options.js';
import type { LoadBackendOptions } from './options.js';

/** A look-up of a binary's address, if known. */
export type AddressOf = (file: string) => string | undefined;

/** Returns the addresses that `wasmPath` means. */
export const addressesIn =
  (path: LoadBackendOptions['wasmPath']): AddressOf =>
  (file) =>
    typeof path === 'string' ? `${asFolder(path)}${file}` : path?.[file];

const asFolder = (path: string): string => (/[/\\]$/.test(path) ? path : `${path}/`);

interface WasmPaths {
  readonly setWasmPaths: (addresses: Record<string, string>) => void;
}
/** Addresses by function, as CommonJS bundles make a new module object for each import. */
const given = new WeakMap<WasmPaths['setWasmPaths'], Record<string, string | undefined>>();

/**
 * Sets the addresses of tfjs's binaries; tfjs guesses unknown ones. It accepts no addresses after a failed
 * start, but at each start it reads the object that it received first.
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
