/*
 * Work that threads share. A job is a number of tasks, which threads claim one after another; the thread
 * that posted it claims as well. Others enter a job before they read anything of it and leave it before they
 * wait for the next, and it is over when its tasks are done and nobody is within: one that wakes late, since
 * another program has its processor, finds the door closed and holds up nobody.
 *
 * Only additions of 32 bits are atomic here. Claims by `i64.atomic.rmw.cmpxchg` gave wrong results in code of
 * V8 11's first compiler (Node 20), and right ones in code of its second.
 */

/** Where a job is written down: at an address that all threads know, of so many bytes. */
export const JOB_BYTES: i32 = 256;

/** Changes with each job that others are called to, which idle threads wait on. */
const CALLS: usize = 0;
/** How many others are within, and {@link OPEN} if they may enter. */
const DOOR: usize = 4;
const OPEN: i32 = 1 << 16;
/** The next task. */
const NEXT: usize = 8;
/** Threads that may work at it. */
const THREADS: usize = 12;
/** Tasks that are done, of the first stage and of the second. */
const DONE: usize = 16;
/** Tasks of the two stages: none of the second begins before all of the first are done. */
const TASKS: usize = 24;
/** Whether the thread that posts may sleep: that of a page may not. */
const SLEEPS: usize = 32;
/** What the tasks need to know. */
export const ARGUMENTS: usize = 40;

/** How often a thread looks whether others are done before it sleeps, some ten microseconds. */
const LOOKS: i32 = 10_000;
/** The longest it sleeps at a time, in nanoseconds. */
const NAP: i64 = 1_000_000;

/** Opens the job whose arguments are written; `calls` the other threads to it. */
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

/** Waits until all tasks are done and the others have left; `called` as they were when it was opened. */
export function closeJob(job: usize, called: bool): void {
  awaitStage(job, 1);
  if (!called || threadsOf(job) == 1) return;
  atomic.sub<i32>(job, OPEN, DOOR);
  awaitCount(job, job + DOOR, 0, false);
}

/** Whether the job is still open, and if so, keeps it from ending until {@link leave}. */
export function enter(job: usize): bool {
  if (atomic.add<i32>(job, 1, DOOR) >= OPEN) return true;
  leave(job);
  return false;
}

export function leave(job: usize): void {
  atomic.sub<i32>(job, 1, DOOR);
  wake(job, job + DOOR);
}

/** The next task, or -1 if there is none left. For the thread that opened the job and those within. */
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

/** Waits until all tasks of a stage are done; other threads are at the last of them. */
export function awaitStage(job: usize, stage: usize): void {
  awaitCount(job, job + DONE + (stage << 2), load<i32>(job + TASKS + (stage << 2)), true);
}

/** Waits for a call other than the last that this thread has heard; returns it. */
export function awaitCall(job: usize, last: i32): i32 {
  while (atomic.load<i32>(job, CALLS) == last) atomic.wait<i32>(job + CALLS, last, -1);
  return atomic.load<i32>(job, CALLS);
}

export function threadsOf(job: usize): i32 {
  return load<i32>(job, THREADS);
}

/** To be called once, before any thread begins. */
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
    // its processor may be what the others need
    if (--looks < 0 && load<i32>(job, SLEEPS) != 0) atomic.wait<i32>(count, now, NAP);
  }
}

/** Wakes who waits for a count. */
function wake(job: usize, count: usize): void {
  if (threadsOf(job) > 1 && load<i32>(job, SLEEPS) != 0) atomic.notify(count);
}
