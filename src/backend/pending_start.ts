import { engine } from '@tensorflow/tfjs-core';
import { inTime } from './in_time.js';

/** What the engine keeps of a start that is on its way; until it is gone, no op runs on any backend. */
interface PendingStart {
  pendingBackendInit?: Promise<boolean> | null;
  pendingBackendInitId: number;
}

/** Waits for a backend that the program is starting, and gives it up where it does not answer in time. */
export async function settlePendingStart(timeout: number): Promise<void> {
  const pending = engine() as unknown as PendingStart;
  const start = pending.pendingBackendInit ?? undefined;
  if (start === undefined) return;
  try {
    await inTime(start, timeout, 'start');
  } catch {
    pending.pendingBackendInitId++; // by which it is known, should it answer later
    pending.pendingBackendInit = null;
  }
}
