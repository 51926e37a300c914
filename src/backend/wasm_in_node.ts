import { nodeBuiltin, nodeProcess } from './node_builtins.js';
import type { WasmHost, WasmModule } from './wasm.js';
import { defaultThreads, useThreads } from './wasm_threads.js';

/** What Node does for the wasm backend. */
export const wasmInNode: WasmHost = {
  findBinaries,
  useThreads(module: WasmModule, threads = defaultThreads(), binary) {
    const folder = packageFolder('../wasm-out', 'tfjs-backend-wasm-threaded-simd.js');
    if (threads > 1 && folder !== undefined) useThreads(module, threads, folder, binary);
  },
  watchListeners,
};

/**
 * The folder of the installed wasm package. tfjs looks beside the file that runs, which is right
 * until a bundler moves its code into another file.
 */
function findBinaries(): string | undefined {
  return packageFolder('.', 'tfjs-backend-wasm.wasm');
}

/** A folder of the installed wasm package, seen from its main file, if a file is there. */
function packageFolder(relative: string, file: string): string | undefined {
  const module = nodeBuiltin<{ createRequire(from: string): { resolve(id: string): string } }>(
    'module',
  );
  const path = nodeBuiltin<{ dirname(file: string): string; join(...parts: string[]): string }>(
    'path',
  );
  const fs = nodeBuiltin<{ existsSync(file: string): boolean }>('fs');
  try {
    // a bundle in CommonJS knows no import.meta.url; the script that was started is near enough
    const here = (import.meta as { url?: string }).url ?? nodeProcess().argv[1]!;
    const main = module.createRequire(here).resolve('@tensorflow/tfjs-backend-wasm');
    const folder = path.join(path.dirname(main), relative);
    return fs.existsSync(path.join(folder, file)) ? folder : undefined;
  } catch {
    // a bundle that runs away from its node_modules: tfjs's own guess stands, or `wasmPath`
    return undefined;
  }
}

const EVENTS = ['uncaughtException', 'unhandledRejection'];

/**
 * Emscripten adds process listeners that rethrow, so that an uncaught error of the program ends it
 * with code 7 and a line of minified source. Removes those that came since the watch began.
 */
function watchListeners(): () => void {
  const process = nodeProcess();
  const before = new Map(EVENTS.map((event) => [event, process.listeners(event)]));
  return () => {
    for (const event of EVENTS)
      for (const listener of process.listeners(event)) {
        const isNew = !before.get(event)!.includes(listener);
        if (isNew && rethrows(listener)) process.removeListener(event, listener);
      }
  };
}

/** A listener of the program's own that was added meanwhile does more than throw its argument. */
function rethrows(listener: (...values: unknown[]) => void): boolean {
  const source = String(listener).replace(/\s+/g, ' ');
  const argument = /^(?:function\b[^(]*)?\(?\s*([\w$]+)/.exec(source)?.[1];
  return argument !== undefined && source.length < 120 && source.includes(`throw ${argument}`);
}
