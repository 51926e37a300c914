import {
  engine,
  findBackendFactory,
  getBackend,
  setBackend,
  version_core,
} from '@tensorflow/tfjs-core';
import type { KernelBackend } from '@tensorflow/tfjs-core';
import { GanKitError } from '../errors.js';
import { fail } from '../internal/check.js';
import { installKernels } from '../kernels/install.js';
import type { BackendName } from './backend_names.js';
import type { Candidate } from './candidate.js';
import { endStart } from './end_start.js';
import { firstLine } from './import_backend.js';
import { inTime } from './in_time.js';
import type { LoadBackendOptions } from './options.js';
import { settlePendingStart } from './pending_start.js';
import { selfTest } from './self_test.js';
import { warnOfCPU } from './warn_of_cpu.js';

/** The backend that tensors now live on. */
export interface LoadedBackend {
  /** A `BackendName`, or the name of the program's custom backend that was kept. */
  readonly name: string;
  /** The device it computes on, in a few words. */
  readonly device: string;
  /** Every other backend of the platform with the reason for not choosing it. */
  readonly skipped: readonly { readonly name: BackendName; readonly reason: string }[];
}

const TIMEOUT = 15_000;

/** Tries the candidates until one passes, and gives a reason for each of the others. */
export async function chooseBackend(
  candidates: readonly Candidate[],
  options: LoadBackendOptions = {},
): Promise<LoadedBackend> {
  const { prefer, timeout = TIMEOUT } = options;
  const current = await currentBackend(timeout);
  if (prefer === undefined && current !== undefined && current.numDataIds() > 0) {
    const kept = results.get(current) ?? (await keep(candidates, current, timeout));
    if (kept !== undefined) return kept;
  }
  const previous = current === undefined ? undefined : getBackend();
  const reasons = new Map<BackendName, string>();
  for (const [name, candidate] of inOrder(candidates, prefer)) {
    try {
      if (candidate === undefined) throw new Error('does not exist on this platform');
      const instance = await accept(candidate, options);
      if (name === 'cpu') warnOfCPU(reasons.get('wasm'));
      reasons.delete(name); // from an earlier attempt
      for (const { name: other } of candidates)
        if (other !== name && !reasons.has(other))
          reasons.set(
            other,
            prefer?.includes(other) === false ? 'not in `prefer`' : `${name} comes first`,
          );
      const skipped = [...reasons].map(([other, reason]) => ({ name: other, reason }));
      return remember(instance, { name, device: candidate.describe(instance), skipped });
    } catch (error) {
      reasons.set(name, firstLine(error));
    }
  }
  if (previous !== undefined) await setBackend(previous);
  const where = 'loadBackend';
  const list = [...reasons].map(([name, reason]) => `- ${name}: ${reason}`).join('\n');
  if (prefer !== undefined)
    fail(
      'backend',
      where,
      'prefer',
      'an array with a backend that works on this machine',
      prefer,
      list,
    );
  throw new GanKitError('backend', `${where}: no backend works here.\n${list}`, { where });
}

/**
 * Lists the candidates to try, in order: one may occur twice, under two conditions, and a name that
 * this platform does not have occurs without a candidate.
 */
function inOrder(
  candidates: readonly Candidate[],
  prefer: LoadBackendOptions['prefer'],
): readonly (readonly [BackendName, Candidate?])[] {
  const places = (name: BackendName): (readonly [BackendName, Candidate?])[] => {
    const known = candidates.filter((candidate) => candidate.name === name);
    return known.length === 0 ? [[name]] : known.map((candidate) => [name, candidate]);
  };
  return prefer?.flatMap(places) ?? candidates.map((candidate) => [candidate.name, candidate]);
}

/** Loads, starts and verifies one candidate; throws the reason if it cannot be used. */
async function accept(candidate: Candidate, options: LoadBackendOptions): Promise<KernelBackend> {
  const { backend, packageName } = candidate;
  const { timeout = TIMEOUT } = options;
  const loaded = await inTime(candidate.load(options), timeout, 'load', (late) =>
    late.finish?.(false),
  );
  const isOurs = engine().registry[backend] === undefined;
  let accepted = false;
  try {
    const { coreVersion = version_core } = loaded;
    if (coreVersion !== version_core)
      throw new Error(
        `made for tfjs-core ${coreVersion}, and this program runs tfjs-core ${version_core}. ` +
          `Run: npm install ${packageName}@${version_core}`,
      );
    const instance = await start(candidate, timeout);
    candidate.prepare?.(instance);
    if (!(await setBackend(backend))) throw new Error(`setBackend('${backend}') returned false`);
    await verify(timeout);
    if (candidate.settle !== undefined)
      await inTime(candidate.settle(), timeout, 'settle').catch(() => undefined);
    accepted = true;
    return instance;
  } finally {
    if (isOurs && !accepted) endStart(backend);
    loaded.finish?.(accepted);
  }
}

/**
 * Starts a backend by its own factory. `setBackend` would too, but logs the error to the console and
 * returns only false.
 */
async function start({ backend, advice = '' }: Candidate, timeout: number): Promise<KernelBackend> {
  const { registry } = engine();
  const factory = findBackendFactory(backend);
  if (factory === null) throw new Error(`its module did not register the backend '${backend}'`);
  try {
    return (registry[backend] ??= await inTime(
      (async () => factory())(),
      timeout,
      'answer',
      (late) => late.dispose(),
    ));
  } catch (error) {
    throw new Error(`did not start (${firstLine(error)}). ${advice}`.trim(), { cause: error });
  }
}

/** Installs gan-kit's kernels on the current backend and tests it. */
async function verify(timeout: number): Promise<void> {
  installKernels();
  try {
    await inTime(selfTest(), timeout, 'finish');
  } catch (error) {
    throw new Error(`failed the self-test: ${firstLine(error)}`, { cause: error });
  }
}

/** Returns the started backend that ops use now, after waiting for a pending start. */
async function currentBackend(timeout: number): Promise<KernelBackend | undefined> {
  await settlePendingStart(timeout);
  const name = getBackend() as string | null | undefined;
  return name === null || name === undefined ? undefined : engine().registry[name];
}

/** Keeps the current backend, which holds tensors; undefined if it computes wrongly. */
async function keep(
  candidates: readonly Candidate[],
  instance: KernelBackend,
  timeout: number,
): Promise<LoadedBackend | undefined> {
  const backend = getBackend();
  const candidate = candidates.find(
    (known) => known.backend === backend && isPrepared(known, instance),
  );
  const name = candidate?.name ?? backend;
  try {
    await verify(timeout);
  } catch {
    return undefined;
  }
  const device = candidate?.describe(instance) ?? 'a backend of the program';
  const reason = `${name} already holds tensors; pass prefer to change`;
  return remember(instance, {
    name,
    device,
    skipped: [...new Set(candidates.map((other) => other.name))]
      .filter((other) => other !== name)
      .map((other) => ({ name: other, reason })),
  });
}

function isPrepared(candidate: Candidate, instance: KernelBackend): boolean {
  try {
    candidate.prepare?.(instance);
    return true;
  } catch {
    return false;
  }
}

const results = new WeakMap<KernelBackend, LoadedBackend>();

/** Stores a result, which a second call returns if tensors are alive. */
function remember(instance: KernelBackend, result: LoadedBackend): LoadedBackend {
  results.set(instance, result);
  return result;
}
