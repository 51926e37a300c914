/**
 * Writes a training run of gan-kit, and the batches of its next steps, for tools/parity/training_file.py.
 *
 *     npx tsx tools/parity/export_training.ts FOLDER
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { loadBackend } from '../../src/backend/load_backend.js';
import { encodePth } from '../../src/io/pytorch/encode_pth.js';
import { exportTraining } from '../../src/io/training/export_training.js';
import { BEFORE, CASES, STEPS, dataOf, hashedSystem } from '../../test/helpers/torchrun_cases.js';

const [folder] = process.argv.slice(2);
if (folder === undefined) throw new Error('which folder?');
await loadBackend({ prefer: ['wasm'] });
for (const one of CASES) {
  const system = await hashedSystem(one, BEFORE, 1);
  const { architectures } = one;
  const extra = one.decay === undefined ? {} : { linearDecay: one.decay };
  const at = join(folder, one.name);
  await mkdir(at, { recursive: true });
  await writeFile(join(at, 'run.pth'), await exportTraining({ system, architectures, extra }));
  await writeFile(join(at, 'data.pth'), encodePth(dataOf(one, BEFORE, STEPS)));
  await writeFile(join(at, 'case.json'), JSON.stringify({ batch: one.batch, steps: STEPS }));
}
