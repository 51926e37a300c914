/*
 * Work that threads share. A job consists of tasks, which threads claim one after another, including the
 * thread that opened the job. Other threads enter a job before they read any of its data, and leave it before
 * they wait for the next job. A job ends when its tasks are done and no other thread is inside. A thread that
 * wakes late, because another program uses its processor, can no longer enter, so no thread waits for it.
 *
 * Only 32-bit additions are atomic here. Claims by `i64.atomic.rmw.cmpxchg` gave wrong results in code from
 * the first compiler of V8 11 (Node 20), and correct ones in code from its second.
 */

/** The size of a job in bytes; it is at an address that all threads know. */
export const JOB_BYTES: i32 = 256;

/** The counter of the jobs to which other threads were called; idle threads wait for it to change. */
const CALLS: usize = 0;
/** The number of other threads inside the job, plus {@link OPEN} if they may enter. */
const DOOR: usize = 4;
const OPEN: i32 = 1 << 16;
/** The number of the next task. */
const NEXT: usize = 8;
/** The number of threads that may work on the job. */
const THREADS: usize = 12;
/** The numbers of tasks that are done, of the first stage and of the second. */
const DONE: usize = 16;
/** The numbers of tasks of the two stages; the second stage begins when all tasks of the first are done. */
const TASKS: usize = 24;
/** Whether the thread that opens a job may sleep; the main thread of a page may not. */
const SLEEPS: usize = 32;
/** The arguments of the tasks. */
export const ARGUMENTS: usize = 40;

/** The number of checks whether others are done before a thread sleeps; they take some ten microseconds. */
const LOOKS: i32 = 10_000;
/** The longest sleep, in nanoseconds. */
const NAP: i64 = 1_000_000;

/** Opens the job whose arguments were written; calls the other threads to it if `calls` is true. */
export function openJob(job: usize, firstTasks: i32, secondTasks: i32, calls: bool): void {
  store<i32>(job, firstTasks, TASKS);
  store<i32>(job, secondTasks, TASKS + 4);
  atomic.store<i32>(job, 0, NEXT);
  atomic.store<i32>(job, 0, DONE);
  atomic.store<i32>(job, 0, DONE + 4);
  if (!calls || threadsOf(job) == 1) return;
  atomic.add<i32>(job, OPEN, DOOR);
  atomic.add<i32>(job, 1, CALLS);
  atomic.notify(job + CALLS);
}

/** Waits until all tasks are done and the other threads have left; `called` is the `calls` of {@link openJob}. */
export function closeJob(job: usize, called: bool): void {
  awaitStage(job, 1);
  if (!called || threadsOf(job) == 1) return;
  atomic.sub<i32>(job, OPEN, DOOR);
  awaitCount(job, job + DOOR, 0, false);
}

/** Enters a job, which then cannot end until {@link leave}; returns false if the job is not open. */
export function enter(job: usize): bool {
  if (atomic.add<i32>(job, 1, DOOR) >= OPEN) return true;
  leave(job);
  return false;
}

export function leave(job: usize): void {
  atomic.sub<i32>(job, 1, DOOR);
  wake(job, job + DOOR);
}

/** Claims the next task, or returns -1 if there is none; for the thread that opened the job and those inside. */
export function claim(job: usize): i32 {
  const task = atomic.add<i32>(job, 1, NEXT);
  return task < load<i32>(job, TASKS) + load<i32>(job, TASKS + 4) ? task : -1;
}

export function firstTasks(job: usize): i32 {
  return load<i32>(job, TASKS);
}

/** Counts a task as done. */
export function finishTask(job: usize, stage: usize): void {
  const done = job + DONE + (stage << 2);
  atomic.add<i32>(done, 1);
  wake(job, done);
}

/** Waits until all tasks of a stage are done, the last of them by other threads. */
export function awaitStage(job: usize, stage: usize): void {
  awaitCount(job, job + DONE + (stage << 2), load<i32>(job + TASKS + (stage << 2)), true);
}

/**
 * Waits for a call after `last`, the previous one of this thread, and returns it. It looks for a while before it
 * sleeps: a step makes thousands of jobs that end before a sleeping thread has woken.
 */
export function awaitCall(job: usize, last: i32): i32 {
  for (let looks = LOOKS; looks > 0; looks--)
    if (atomic.load<i32>(job, CALLS) != last) return atomic.load<i32>(job, CALLS);
  while (atomic.load<i32>(job, CALLS) == last) atomic.wait<i32>(job + CALLS, last, -1);
  return atomic.load<i32>(job, CALLS);
}

export function threadsOf(job: usize): i32 {
  return load<i32>(job, THREADS);
}

/** Initializes a job; call it once, before any thread starts. */
export function createJob(job: usize, threads: i32, sleeps: bool): void {
  memory.fill(job, 0, JOB_BYTES);
  store<i32>(job, threads, THREADS);
  store<i32>(job, <i32>sleeps, SLEEPS);
}

/** Waits until a count has risen (or fallen) to `bound`. */
function awaitCount(job: usize, count: usize, bound: i32, rises: bool): void {
  let looks = LOOKS;
  while (true) {
    const now = atomic.load<i32>(count);
    if (rises ? now >= bound : now <= bound) return;
    // sleep, since another thread may need this processor
    if (--looks < 0 && load<i32>(job, SLEEPS) != 0) atomic.wait<i32>(count, now, NAP);
  }
}

/** Wakes the threads that wait for a count. */
function wake(job: usize, count: usize): void {
  if (threadsOf(job) > 1 && load<i32>(job, SLEEPS) != 0) atomic.notify(count);
}
