import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { RandomStream } from '../../src/internal/random.js';
import { loadCheckpoint, saveCheckpoint } from '../../src/node/files/checkpoint_file.js';
import type { SavedState, Stateful } from '../../src/types.js';

const folder = mkdtempSync(join(tmpdir(), 'gan-kit-checkpoint-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** A component with arrays. */
class Weights implements Stateful {
  constructor(public data: Float32Array) {}
  async state(): Promise<SavedState> {
    return { values: {}, arrays: { w: { shape: [this.data.length], data: this.data.slice() } } };
  }
  async restore(state: SavedState): Promise<void> {
    const w = state.arrays['w'];
    if (w?.shape[0] !== this.data.length) throw new RangeError('does not fit');
    this.data = w.data as Float32Array;
  }
}

describe('saveCheckpoint and loadCheckpoint', () => {
  it('a restored stream draws what the saved one went on to draw', async () => {
    const path = join(folder, 'runs', 'stream.safetensors');
    const stream = new RandomStream(0);
    stream.normalValues(3);
    await saveCheckpoint(stream, path, { extra: { step: 1, curve: [0.5, null] } });
    const next = stream.normalValues(5);
    const other = new RandomStream(99);
    expect(await loadCheckpoint(other, path)).toEqual({ step: 1, curve: [0.5, null] });
    expect(other.normalValues(5)).toEqual(next);
    expect(readdirSync(join(folder, 'runs'))).toEqual(['stream.safetensors']);
  });

  it('arrays come back bit for bit; without extra it is {}', async () => {
    const path = join(folder, 'weights.safetensors');
    const words = Int32Array.of(0x7fc01234, -(2 ** 31), 1, 0x3f800001);
    const options = { allowNonFinite: true }; // one of the words is a NaN
    await saveCheckpoint(new Weights(new Float32Array(words.buffer)), path, options);
    const other = new Weights(new Float32Array(4));
    expect(await loadCheckpoint(other, path)).toEqual({});
    expect(new Int32Array(other.data.buffer)).toEqual(words);
  });

  it('an error of the system comes through, and a failed save keeps the old file', async () => {
    const path = join(folder, 'fits.safetensors');
    await saveCheckpoint(new Weights(Float32Array.of(1, 2)), path);
    const before = readFileSync(path);
    await expect(loadCheckpoint(new Weights(new Float32Array(3)), path)).rejects.toThrow(
      'does not fit',
    );
    await expect(
      saveCheckpoint(new Weights(Float32Array.of(3, 4)), path, { extra: { bad: NaN } }),
    ).rejects.toThrow(/`extra\.bad` must be finite/);
    expect(readFileSync(path).equals(before)).toBe(true);
  });

  it.each([NaN, Infinity, -Infinity])('%s is not written over a good file', async (number) => {
    const path = join(folder, 'good.safetensors');
    await saveCheckpoint(new Weights(Float32Array.of(1, 2)), path);
    const before = readFileSync(path);
    const broken = new Weights(Float32Array.of(3, number));
    await expect(saveCheckpoint(broken, path)).rejects.toThrow(
      'saveCheckpoint: `system` must be of finite weights and moments. Received: "NaN or infinity in w".',
    );
    expect(readFileSync(path).equals(before)).toBe(true);
    await saveCheckpoint(broken, path, { allowNonFinite: true });
    const other = new Weights(new Float32Array(2));
    await loadCheckpoint(other, path);
    expect(other.data).toEqual(Float32Array.of(3, number));
  });
});

describe('bad input', () => {
  const component = new RandomStream(1);
  it('a missing file is the file system’s error', async () => {
    await expect(loadCheckpoint(component, join(folder, 'missing'))).rejects.toThrow('ENOENT');
  });
  it('a damaged file is named, and the system stays as it was', async () => {
    const path = join(folder, 'cut.safetensors');
    await saveCheckpoint(new RandomStream(7), path);
    writeFileSync(path, readFileSync(path).subarray(0, 40));
    await expect(loadCheckpoint(component, path)).rejects.toThrow(
      /loadCheckpoint: `path` must be a whole checkpoint. Received: ".*cut\.safetensors"[^]*cut off/,
    );
    expect(component.seed).toBe(1);
  });
  it.each([[undefined], [{}], [{ state: 1, restore: 2 }]])('system %j', async (system) => {
    await expect(saveCheckpoint(system as never, join(folder, 'x'))).rejects.toThrow(
      /saveCheckpoint: `system` must be/,
    );
    await expect(loadCheckpoint(system as never, join(folder, 'x'))).rejects.toThrow(
      /loadCheckpoint: `system` must be/,
    );
  });
  it('path and options', async () => {
    await expect(saveCheckpoint(component, '')).rejects.toThrow(/saveCheckpoint: `path` must be/);
    await expect(loadCheckpoint(component, 3 as never)).rejects.toThrow(
      /loadCheckpoint: `path` must be/,
    );
    await expect(
      saveCheckpoint(component, join(folder, 'x'), { step: 3 } as never),
    ).rejects.toThrow(/with the keys extra/);
  });
});
