import type { KernelBackend } from '@tensorflow/tfjs-core';
import type { BackendName } from './backend_names.js';
import type { LoadBackendOptions } from './options.js';

/** What loading left behind. */
export interface LoadedModule {
  /** The tfjs-core release that the module was made for; absent where it does not say. */
  readonly coreVersion?: string | undefined;
  /** Called once when the fate of the candidate is known, to clear away what must not stay. */
  finish?(accepted: boolean): void;
}

/** One backend that may run on this machine. Whatever it throws is the reason why it was skipped. */
export interface Candidate {
  readonly name: BackendName;
  /** Its name in the registry of tfjs. */
  readonly backend: string;
  /** The npm package that registers it. */
  readonly packageName: string;
  /** What to do when it does not start. */
  readonly advice?: string;
  /** Makes tfjs know the backend; starts nothing. */
  load(options: LoadBackendOptions): Promise<LoadedModule>;
  /** Called with the started backend, before its first kernel. */
  prepare?(instance: KernelBackend): void;
  /** Called with the backend that has passed its test, before it is handed over. */
  settle?(): Promise<void>;
  /** Says in a few words on what the backend computes. */
  describe(instance: KernelBackend): string;
}
