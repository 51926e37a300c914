import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { writeFileAtomic } from 'gan-kit/node';
import { checkpointName, jobName } from './job.js';
import type { Job, JobResult, Outcome } from './job.js';
import { FileKeeper } from './keeper.js';

/** The folder of a study: a JSON file and a picture for each run that has ended, and checkpoints of the others. */
export class RunFolder {
  constructor(readonly path: string) {
    mkdirSync(path, { recursive: true });
  }

  /** Returns the file of a job's checkpoint. */
  checkpoint(job: Job): string {
    return join(this.path, 'checkpoints', `${checkpointName(job)}.safetensors`);
  }

  /** Returns what an earlier call made of a job, on the same backend if that is known. */
  result(job: Job): JobResult | undefined {
    const file = join(this.path, `${jobName(job)}.json`);
    if (!existsSync(file)) return undefined;
    const result = JSON.parse(readFileSync(file, 'utf8')) as JobResult;
    return (result.backend ?? job.backend) === job.backend ? result : undefined;
  }

  /** Writes what came of a job, and then removes its checkpoint. */
  async keep(job: Job, { result, picture }: Outcome): Promise<void> {
    const file = join(this.path, jobName(job));
    if (picture) await writeFileAtomic(`${file}.png`, picture);
    await writeFileAtomic(`${file}.json`, JSON.stringify(result));
    new FileKeeper(this.checkpoint(job)).forget();
  }
}
