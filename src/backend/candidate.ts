import type { KernelBackend } from '@tensorflow/tfjs-core';
import type { BackendName } from './backend_names.js';
import type { LoadBackendOptions } from './options.js';

/** The result of loading. */
export interface LoadedModule {
  /** The tfjs-core release that the module was made for, if it names one. */
  readonly coreVersion?: string | undefined;
  /** Cleans up once the candidate is accepted or not. */
  finish?(accepted: boolean): void;
}

/** A backend that may run on this machine. Any error that it throws is the reason for skipping it. */
export interface Candidate {
  readonly name: BackendName;
  /** Its name in the registry of tfjs. */
  readonly backend: string;
  /** The npm package that registers it. */
  readonly packageName: string;
  /** Advice if it does not start. */
  readonly advice?: string;
  /** Registers the backend with tfjs; starts nothing. */
  load(options: LoadBackendOptions): Promise<LoadedModule>;
  /** Prepares the started backend, before its first kernel. */
  prepare?(instance: KernelBackend): void;
  /** Waits for a backend that has passed its test to settle. */
  settle?(): Promise<void>;
  /** Names the backend's device in a few words. */
  describe(instance: KernelBackend): string;
}
