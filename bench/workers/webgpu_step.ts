/**
 * The contender of the level webgpu: `webgpu_step.ts recorded [WARM_UP]`, or `unrecorded`. gan-kit and tfjs are those of the
 * checkout in the working directory, whose tsconfig.json leads to its sources, so that an older one can be timed.
 */
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type * as TensorFlow from '@tensorflow/tfjs-core';
import { loadBackend } from 'gan-kit';
import type { WebGPUCase } from '../cases/webgpu_cases.js';
import { fill } from '../hash.js';
import { median } from '../statistics.js';
import { countCommands } from './count_commands.js';
import type { Commands, CountedDevice } from './count_commands.js';
import { serve } from './serve.js';
import type { Subject } from './serve.js';
import { UNRECORDED } from './unrecorded.js';
import { webgpuSystem } from './webgpu_systems.js';

/** The steps before the clock starts, in which V8 compiles; the first of them is recorded. */
const WARM_UP = Number(process.argv[3] ?? 5);

const options = process.argv[2] === 'unrecorded' ? UNRECORDED : {};
const folder = createRequire(join(process.cwd(), 'package.json'));
const tfjs = (await import(
  pathToFileURL(folder.resolve('@tensorflow/tfjs-core')).href
)) as typeof TensorFlow;

let commands: Commands | undefined;
const loading = loadBackend({ prefer: ['webgpu'], softwareWebGPU: true });
loading.catch(() => undefined); // the error is the answer to any question

async function load(): Promise<Commands> {
  await loading;
  const { device } = tfjs.backend() as unknown as { device: CountedDevice };
  return (commands ??= countCommands(device));
}

/** Makes a step ready; its time is that until its last submission, and so without the wait for what it reads. */
async function step({ system: name }: WebGPUCase): Promise<Subject> {
  const commands = await load();
  const { system, shapes, dispose } = webgpuSystem(name, options);
  const batch: Record<string, TensorFlow.Tensor> = {};
  for (const [i, [key, shape]] of Object.entries(shapes).entries())
    batch[key] = tfjs.tensor(fill(tfjs.util.sizeFromShape([...shape]), 7 + i, 1), [...shape]);
  const run = (): Promise<object> => system.trainStep(batch);
  return {
    run: async () => void (await run()),
    time: async (times) => {
      const { dispatches, submissions } = commands;
      // the median, as Dawn's polling during the wait for a read fills the heap, and V8 collects it at any time
      const steps: number[] = [];
      for (let i = 0; i < times; i++) {
        const began = performance.now();
        await run();
        steps.push(commands.submitted - began);
      }
      return {
        ms: times * median(steps),
        peak: 1024 * process.resourceUsage().maxRSS,
        commands: {
          dispatches: (commands.dispatches - dispatches) / times,
          submissions: (commands.submissions - submissions) / times,
        },
      };
    },
    fingerprint: async () => {
      const losses = Object.values(await run()).filter((value) => typeof value === 'number');
      for (let i = 1; i < WARM_UP; i++) await run();
      return losses;
    },
    dispose: () => {
      for (const one of Object.values(batch)) one.dispose();
      dispose();
    },
  };
}

await serve(
  async (one) => {
    if (one.kind !== 'webgpu') throw new Error(`it counts commands of steps, not ${one.kind}`);
    return step(one);
  },
  async () => (await loading).device,
);
