import { engine } from '@tensorflow/tfjs-core';
import { inTime } from './in_time.js';

/** The engine's record of a pending start; no op runs on any backend until it is cleared. */
interface PendingStart {
  pendingBackendInit?: Promise<boolean> | null;
  pendingBackendInitId: number;
}

/** Waits for a backend that the program is starting, and gives up on it if it is too slow. */
export async function settlePendingStart(timeout: number): Promise<void> {
  const pending = engine() as unknown as PendingStart;
  const start = pending.pendingBackendInit ?? undefined;
  if (start === undefined) return;
  try {
    await inTime(start, timeout, 'start');
  } catch {
    pending.pendingBackendInitId++; // its identity, so that a late answer is ignored
    pending.pendingBackendInit = null;
  }
}
