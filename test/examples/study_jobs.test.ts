import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { Queue, QueueEvents, Worker } from 'bullmq';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { toArguments } from '../../examples/queue_options.js';
import { checkServer } from '../../examples/queue_connections.js';
import { startProcess, stopProcess } from '../../examples/worker_processes.js';
import { checkpointName, jobName } from '../../examples/study/job.js';
import type { Following, Job, JobResult, JobState, Outcome } from '../../examples/study/job.js';
import { runLocally } from '../../examples/study/local.js';
import { jobsOf, readOptions } from '../../examples/study/options.js';
import { runOverRedis } from '../../examples/study/over_redis.js';
import { MOST_BYTES, QUEUE, RedisKeeper } from '../../examples/study/queue.js';
import { Trainer } from '../../examples/study/trainer.js';
import { startRedis } from '../helpers/redis_server.js';
import type { RedisServer } from '../helpers/redis_server.js';
import { hasRedis } from '../setup/redis.js';

const LOCK = 3000;
const STEPS = 16;
const SIZE = ['--steps', `${STEPS}`, '--batch', '4', '--samples', '50', '--save-every', '0'];
const AXES = ['--systems', 'progan,sn-resnet', '--seeds', '0,1,2'];
const JOBS = jobsOf(readOptions([...AXES, ...SIZE]), 'wasm');

const folder = mkdtempSync(join(tmpdir(), 'gan-kit-study-jobs-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** Follows jobs, and keeps what comes of them. */
class Follower implements Following {
  readonly outcomes = new Map<string, Outcome>();
  readonly errors: string[] = [];
  readonly stop = new AbortController();
  readonly signal = this.stop.signal;
  states: readonly JobState[] = [];

  constructor(private readonly look: (states: readonly JobState[]) => void = () => undefined) {}

  onStates(states: readonly JobState[]): void {
    this.states = states;
    this.look(states);
  }

  async onOutcome(job: Job, outcome: Outcome): Promise<void> {
    expect(this.outcomes.has(jobName(job))).toBe(false);
    this.outcomes.set(jobName(job), outcome);
  }

  onError(job: Job, message: string): void {
    this.errors.push(`${jobName(job)}: ${message}`);
  }

  bits(jobs: readonly Job[]): (string | undefined)[] {
    return jobs.map((job) => this.outcomes.get(jobName(job))?.result.bits);
  }
}

/** Returns the processes that were in the middle of a job when `states` were seen. */
const inTheMiddle = (states: readonly JobState[]) =>
  states
    .filter(({ state, progress }) => state === 'running' && (progress?.step ?? 0) > 0)
    .map(({ job, progress }) => ({ job, step: progress!.step, worker: progress!.worker }));

describe('jobs of the study', () => {
  const expected = new Map<string, Outcome>();
  const bitsOf = (jobs: readonly Job[]) =>
    jobs.map((job) => expected.get(jobName(job))!.result.bits);

  beforeAll(async () => {
    const trainer = await Trainer.start('wasm');
    const keeper = { load: async () => undefined, save: async () => undefined };
    const whole = { keeper, signal: new AbortController().signal, onProgress: () => undefined };
    // in another order than the workers', as the names of layers are counted in a process
    for (const job of [...JOBS].reverse())
      expected.set(jobName(job), (await trainer.run(job, whole))!);
    expect(new Set(bitsOf(JOBS)).size).toBe(JOBS.length);
  }, 120_000);

  it('in processes of this machine go on after a kill and after a stop, to the same bits', async () => {
    const jobs = JOBS.slice(0, 3);
    const checkpointOf = (job: Job) => join(folder, `${checkpointName(job)}.safetensors`);
    let killed: { worker: string; job: Job; step: number } | undefined;
    let goesOnAt: number | undefined;
    const first = new Follower((states) => {
      const [one] = inTheMiddle(states);
      if (killed === undefined && one !== undefined && existsSync(checkpointOf(one.job))) {
        killed = one;
        process.kill(Number(one.worker.split('/')[1]), 'SIGKILL');
      }
      const again = states.find(({ job }) => job === killed?.job);
      if (again?.progress && again.progress.worker !== killed!.worker)
        goesOnAt ??= again.progress.step;
      // once the next job is in the middle, all is stopped
      if (inTheMiddle(states).some(({ job }) => killed && job !== killed.job)) first.stop.abort();
    });
    expect(await runLocally(jobs, 1, checkpointOf, first)).toBe(false);
    expect(goesOnAt).toBeGreaterThanOrEqual(killed!.step);
    expect(first.outcomes.size).toBe(1);

    const left = jobs.filter((job) => !first.outcomes.has(jobName(job)));
    const begun: number[] = [];
    const second = new Follower((states) => {
      if (states[0]!.progress) begun.push(states[0]!.progress.step);
    });
    expect(await runLocally(left, 1, checkpointOf, second)).toBe(true);
    expect(begun[0]).toBeGreaterThan(0);
    expect([...first.bits(jobs.slice(0, 1)), ...second.bits(left)]).toEqual(bitsOf(jobs));
    expect(second.states.map(({ state }) => state)).toEqual(['done', 'done']);
    for (const job of jobs) {
      const { picture } = (first.outcomes.get(jobName(job)) ?? second.outcomes.get(jobName(job)))!;
      expect(picture).toEqual(expected.get(jobName(job))!.picture);
    }
  }, 120_000);

  it('that end by an error of the machine have no result, and the others go on', async () => {
    const jobs: Job[] = [{ ...JOBS[0]!, backend: 'abacus' }];
    const follower = new Follower();
    expect(await runLocally(jobs, 1, () => join(folder, 'none'), follower)).toBe(true);
    expect(follower.errors).toEqual([expect.stringContaining('abacus')]);
    expect(follower.outcomes.size).toBe(0);
    expect(follower.states[0]!.state).toBe('failed');
  }, 120_000);

  describe.skipIf(!hasRedis())('over Redis', () => {
    let server: RedisServer;
    let connection: Redis;
    beforeAll(async () => {
      server = await startRedis();
      connection = new Redis(server.redis, { maxRetriesPerRequest: null });
    });
    afterAll(async () => {
      connection.disconnect();
      await server.stop();
    });

    it('six on two workers, one killed in the middle, have the bits of one process', async () => {
      const address = { redis: server.redis, prefix: 'killed', lock: LOCK };
      const events = new QueueEvents(QUEUE, {
        connection: new Redis(server.redis, { maxRetriesPerRequest: null }),
        prefix: address.prefix,
      });
      await events.waitUntilReady();
      const program = new URL('../../examples/study/worker.ts', import.meta.url);
      const start = () => startProcess(program, toArguments(address));
      const workers = [start(), start()];
      const nameOf = ({ pid }: ChildProcess) => `${hostname()}/${pid}`;
      let killed: { id: string; step: number } | undefined;
      let stalled: string | undefined;
      let goesOn: { step: number; worker: string } | undefined;
      events.on('progress', ({ jobId: id, data }) => {
        const { step, worker } = data as { step: number; worker: string };
        if (killed === undefined && step > 0 && worker === nameOf(workers[0]!)) {
          killed = { id, step };
          workers[0]!.kill('SIGKILL');
        } else if (killed?.id === id && worker !== nameOf(workers[0]!)) goesOn ??= { step, worker };
      });
      events.on('stalled', ({ jobId }) => (stalled = jobId));
      const follower = new Follower();
      expect(await runOverRedis(JOBS, [], 0, address, follower)).toBe(true);
      await Promise.all([...workers.map(stopProcess), events.close()]);

      expect(workers.map(({ signalCode, exitCode }) => signalCode ?? exitCode)).toEqual([
        'SIGKILL',
        0,
      ]);
      expect(stalled).toBe(killed!.id);
      expect(goesOn!.worker).toBe(nameOf(workers[1]!));
      expect(goesOn!.step).toBeGreaterThanOrEqual(killed!.step);
      expect(follower.errors).toEqual([]);
      expect(follower.bits(JOBS)).toEqual(bitsOf(JOBS));
      for (const [name, { picture }] of follower.outcomes)
        expect(picture).toEqual(expected.get(name)!.picture);
      // a worker that waits for more after the end may have written these again
      const ofWorkers = ['meta', 'stalled-check'].map((key) => `killed:${QUEUE}:${key}`);
      const keys = await connection.keys('killed:*');
      expect(keys.filter((key) => !ofWorkers.includes(key))).toEqual([]);
    }, 120_000);

    it('go back to the queue by Ctrl-C, and the same command goes on', async () => {
      const out = join(folder, 'program');
      const axes = ['--systems', 'progan', '--seeds', '1'];
      const way = ['--redis', server.redis, '--prefix', 'program', '--workers', '1'];
      const program = ['--import', 'tsx', 'examples/study/main.ts', ...axes, ...SIZE, ...way];
      const start = () =>
        spawn(process.execPath, [...program, '--out', out], {
          stdio: ['ignore', 'pipe', 'inherit'],
        });
      const events = new QueueEvents(QUEUE, {
        connection: new Redis(server.redis, { maxRetriesPerRequest: null }),
        prefix: 'program',
      });
      await events.waitUntilReady();
      const steps: number[] = [];
      let child = start();
      events.on('progress', ({ data }) => {
        const { step } = data as { step: number };
        steps.push(step);
        if (steps.filter((one) => one > 0).length === 1) child.kill('SIGINT');
      });
      const ended = (): Promise<[number, string]> => {
        let said = '';
        child.stdout.on('data', (chunk: Buffer) => (said += chunk.toString()));
        return once(child, 'close').then(([code]) => [code as number, said]);
      };
      const [code, said] = await ended();
      expect(said).toContain('stopped; the same command goes on.');
      expect(code).toBe(130);
      const job = JOBS.find(({ system, seed }) => system === 'progan' && seed === 1)!;
      expect(await connection.lrange(`program:${QUEUE}:wait`, 0, -1)).toEqual([
        checkpointName(job),
      ]);
      const before = steps.length;

      child = start();
      const [last, told] = await ended();
      await events.close();
      expect(last).toBe(0);
      expect(steps[before]).toBeGreaterThan(0);
      const { bits, milestones } = expected.get(jobName(job))!.result;
      expect(told).toContain(`${bits!.slice(0, 16)}  ${jobName(job)}, ${STEPS} steps\n`);
      const score = `${milestones.at(-1)!.score.toFixed(2)} ± 0.00`;
      expect(told).toContain(`After ${STEPS} generator steps:`);
      expect(readFileSync(join(out, 'table.md'), 'utf8')).toContain(score);
      expect(readdirSync(out).sort()).toEqual(
        [
          `${jobName(job)}.json`,
          `${jobName(job)}.png`,
          'report.html',
          'results.json',
          'table.md',
        ].sort(),
      );
      expect(JSON.parse(readFileSync(join(out, 'results.json'), 'utf8'))).toMatchObject([{ bits }]);
    }, 120_000);

    it('leave the queue with their results; those of an error stay, and the same call tries them again', async () => {
      const address = { redis: server.redis, prefix: 'tried', lock: LOCK };
      const [failing, lost, next] = JOBS as [Job, Job, Job];
      const about = { system: 'progan', setting: 'own', seed: 0, bits: 'abc' };
      const result: JobResult = { ...about, milestones: [] };
      let tries = 0;
      const open = () => new Redis(server.redis, { maxRetriesPerRequest: null });
      const connections = [open(), open()] as const;
      const worker = new Worker<Job, JobResult>(
        QUEUE,
        async ({ name }) => {
          if (name === checkpointName(lost) && tries++ === 0) throw new Error('no such backend');
          return name === checkpointName(failing) ? { ...result, failed: 'NaN' } : result;
        },
        { connection: connections[0], prefix: 'tried' },
      );
      const queue = new Queue<Job, JobResult>(QUEUE, {
        connection: connections[1],
        prefix: 'tried',
      });
      const keeper = new RedisKeeper(connection, 'tried', lost);
      await keeper.save(Uint8Array.of(1));

      const first = new Follower();
      expect(await runOverRedis([failing, lost], [], 0, address, first)).toBe(true);
      expect(first.outcomes).toEqual(
        new Map([[jobName(failing), { result: { ...result, failed: 'NaN' } }]]),
      );
      expect(first.errors).toEqual([`${jobName(lost)}: no such backend`]);
      expect(first.states.map(({ state }) => state)).toEqual(['failed', 'failed']);
      expect((await queue.getJobs()).map(({ name }) => name)).toEqual([checkpointName(lost)]);
      expect(await keeper.load()).toEqual(Uint8Array.of(1));

      // stopped with one result, which the next call is told of
      const second = new Follower(() => second.stop.abort());
      await worker.pause();
      expect(await runOverRedis([lost, next], [], 0, address, second)).toBe(false);
      await worker.resume();
      const third = new Follower();
      expect(await runOverRedis([lost], [next], 0, address, third)).toBe(true);
      expect(third.bits([lost])).toEqual(['abc']);
      expect([...third.outcomes.keys()]).toEqual([jobName(lost)]);
      expect(tries).toBe(2);
      expect(await queue.getJobs()).toEqual([]);
      expect(await keeper.load()).toBeUndefined();
      await Promise.all([worker.close(), queue.close()]);
      for (const one of connections) one.disconnect();
    }, 30_000);

    it('want a server that answers', async () => {
      const exit = vi.spyOn(process, 'exit').mockImplementation(() => undefined as never);
      const error = vi.spyOn(console, 'error').mockImplementation(() => undefined);
      const address = { prefix: 'none', lock: LOCK };
      await checkServer({ ...address, redis: server.redis });
      expect(exit).not.toHaveBeenCalled();
      await checkServer({ ...address, redis: 'redis://me:secret@127.0.0.1:1' });
      const said = String(error.mock.calls[0]);
      expect(said).toMatch(/^--redis must be the address of a Redis server\. Received: .*REFUSED/);
      expect(said).not.toContain('secret');
      expect(exit).toHaveBeenCalledWith(2);
      exit.mockRestore();
      error.mockRestore();
    });

    it('keep no checkpoint that is too large, or of a worker that has lost its job', async () => {
      const [job] = JOBS as [Job];
      const lost = async () => {
        throw new Error('another worker has taken over');
      };
      const keeper = new RedisKeeper(connection, 'files', job);
      await keeper.save(Uint8Array.of(1, 2));
      const large = new Uint8Array(MOST_BYTES + 1);
      await expect(keeper.save(large)).rejects.toThrow(/at most 67108864 bytes.*67108865/);
      const other = new RedisKeeper(connection, 'files', job, lost);
      await expect(other.save(Uint8Array.of(3))).rejects.toThrow(/taken over/);
      expect(await keeper.load()).toEqual(Uint8Array.of(1, 2));
      await keeper.forget();
      expect(await keeper.load()).toBeUndefined();
    });
  });
});
