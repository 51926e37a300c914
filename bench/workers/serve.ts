import { createInterface } from 'node:readline';
import type { Case } from '../cases/cases.js';
import type { About, Prepared, Request, Timed } from '../protocol/protocol.js';
import type { PeakMemory } from './gpu_memory.js';

/** A case that is ready. */
export interface Subject {
  /** Does the work once. */
  readonly run: () => void | Promise<void>;
  /** Does the work several times and times it itself, where that is not the time from begin to end. */
  readonly time?: (times: number) => Promise<Timed>;
  /** Waits until all work is done, if it continues in the background. */
  readonly settle?: () => Promise<void>;
  /** Computes numbers that depend on the whole result. */
  readonly fingerprint: () => Promise<number[]>;
  readonly dispose: () => void;
}

/** Answers the requests of the benchmark until it closes its end of the pipe. */
export async function serve(
  prepare: (one: Case) => Promise<Subject>,
  device: () => Promise<string> = async () => 'the processor',
  memory: () => PeakMemory = () => RESIDENT,
): Promise<void> {
  const subjects = new Map<number, Subject>();
  const release = (): void => {
    for (const subject of subjects.values()) subject.dispose();
    subjects.clear();
  };
  const answer = async (request: Request): Promise<About | Prepared | Timed | object> => {
    if ('about' in request) return { device: await device() };
    if ('run' in request) {
      const subject = subjects.get(request.as)!;
      return subject.time?.(request.run) ?? time(subject, request.run, memory());
    }
    if ('release' in request) {
      release();
      return {};
    }
    const subject = await prepare(request.prepare);
    subjects.set(request.as, subject);
    return { fingerprint: await subject.fingerprint() };
  };
  for await (const line of createInterface(process.stdin))
    console.log(
      JSON.stringify(
        await answer(JSON.parse(line) as Request).catch((error: unknown) => ({
          problem: String((error as Partial<Error>).message ?? error).split('\n')[0]!,
        })),
      ),
    );
  process.exit(0);
}

/** The memory of the process, whose peak no one can make it forget. */
const RESIDENT: PeakMemory = {
  reset: () => undefined,
  bytes: () => 1024 * process.resourceUsage().maxRSS,
};

async function time(subject: Subject, times: number, memory: PeakMemory): Promise<Timed> {
  memory.reset();
  const began = performance.now();
  for (let i = 0; i < times; i++) await subject.run();
  await subject.settle?.();
  return { ms: performance.now() - began, peak: memory.bytes() };
}
