import { nodeProcess } from './node_builtins.js';
import { folderWith } from './program_files.js';
import type { WasmHost } from './wasm.js';
import { defaultThreads, useThreads } from './wasm_threads.js';

/** Finds the folder of the wasm package that holds a file; it has all that tfjs and its threads need. */
const folderOf = (file: string): string | undefined =>
  folderWith(file, '@tensorflow/tfjs-backend-wasm', 'wasm-out');

/** Node as a host of the wasm backend. */
export const wasmInNode: WasmHost = {
  advice:
    'Copy the folder node_modules/@tensorflow/tfjs-backend-wasm/wasm-out beside the program, ' +
    'or pass where its files are as wasmPath.',
  findBinaries: () => folderOf('tfjs-backend-wasm.wasm'),
  useThreads: (module, threads = defaultThreads(), addressOf) =>
    useThreads(module, threads, addressOf, folderOf),
  watchListeners,
};

const EVENTS = ['uncaughtException', 'unhandledRejection'];

/**
 * Watches Emscripten's process listeners, which rethrow, so that an uncaught error of the program
 * ends it with code 7 and a line of minified source. The result removes those added since.
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

/** Detects listeners that only throw their argument; one of the program added meanwhile does more. */
function rethrows(listener: (...values: unknown[]) => void): boolean {
  const source = String(listener).replace(/\s+/g, ' ');
  const argument = /^(?:function\b[^(]*)?\(?\s*([\w$]+)/.exec(source)?.[1];
  return argument !== undefined && source.length < 120 && source.includes(`throw ${argument}`);
}
