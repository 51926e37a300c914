/*
 * Work that threads share. A job is a number of tasks, which threads claim one after another; the thread
 * that posted it claims as well, and waits for no thread but those that are at a task. One that wakes late,
 * since another program has its processor, finds nothing to do, and holds up nobody.
 */

/** Where a job is written down: at an address that all threads know, of so many bytes. */
export const JOB_BYTES: i32 = 256;

/** The number of the last job, which idle threads wait on. */
const NUMBER: usize = 0;
/** Threads that may work at it. */
const THREADS: usize = 4;
/** The number of the job above that of the next task: they change together. */
const NEXT: usize = 8;
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

/** No task has so high a number. */
const CLOSED: i64 = 0x7fffffff;

/** Makes sure that no thread takes up the job before, so that its arguments may be overwritten. */
export function openJob(job: usize): void {
  const number = atomic.load<i32>(job, NUMBER) + 1;
  atomic.store<i64>(job, ((<i64>number) << 32) | CLOSED, NEXT);
  atomic.store<i64>(job, 0, DONE);
}

/** Lets all threads claim tasks of the job, whose arguments are written, and `wakes` those that wait. */
export function postJob(job: usize, firstTasks: i32, secondTasks: i32, wakes: bool): void {
  store<i32>(job, firstTasks, TASKS);
  store<i32>(job, secondTasks, TASKS + 4);
  const number = atomic.load<i32>(job, NUMBER) + 1;
  atomic.store<i64>(job, (<i64>number) << 32, NEXT);
  atomic.store<i32>(job, number, NUMBER);
  if (wakes && threadsOf(job) > 1) atomic.notify(job + NUMBER);
}

/** The next task of a job, or -1 if there is none left or the job is over. */
export function claim(job: usize, number: i32): i32 {
  while (true) {
    const next = atomic.load<i64>(job, NEXT);
    if (<i32>(next >> 32) != number) return -1;
    const task = <i32>next;
    if (task >= load<i32>(job, TASKS) + load<i32>(job, TASKS + 4)) return -1;
    if (atomic.cmpxchg<i64>(job, next, next + 1, NEXT) == next) return task;
  }
}

export function jobNumber(job: usize): i32 {
  return atomic.load<i32>(job, NUMBER);
}

export function firstTasks(job: usize): i32 {
  return load<i32>(job, TASKS);
}

/** Counts a task as done. */
export function finishTask(job: usize, stage: usize): void {
  const done = job + DONE + (stage << 2);
  atomic.add<i32>(done, 1);
  if (threadsOf(job) > 1 && load<i32>(job, SLEEPS) != 0) atomic.notify(done);
}

/** Waits until all tasks of a stage are done; other threads are at the last of them. */
export function awaitStage(job: usize, stage: usize): void {
  const tasks = load<i32>(job + TASKS + (stage << 2));
  const done = job + DONE + (stage << 2);
  let looks = LOOKS;
  while (true) {
    const now = atomic.load<i32>(done);
    if (now >= tasks) return;
    // its processor may be what the others need
    if (--looks < 0 && load<i32>(job, SLEEPS) != 0) atomic.wait<i32>(done, now, 1_000_000);
  }
}

/** Waits for a job that is not the one of that number. */
export function awaitJob(job: usize, number: i32): void {
  while (atomic.load<i32>(job, NUMBER) == number) atomic.wait<i32>(job + NUMBER, number, -1);
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
