import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { writeFileAtomic } from '../../src/node/files/atomic_file.js';

const folder = mkdtempSync(join(tmpdir(), 'gan-kit-atomic-'));
afterAll(() => rmSync(folder, { recursive: true }));

describe('writeFileAtomic', () => {
  it('writes bytes and text, makes folders, replaces, and leaves nothing beside', async () => {
    const path = join(folder, 'a', 'b', 'file.bin');
    await writeFileAtomic(path, Uint8Array.of(1, 2, 3));
    expect([...readFileSync(path)]).toEqual([1, 2, 3]);
    await writeFileAtomic(path, 'größer');
    expect(readFileSync(path, 'utf8')).toBe('größer');
    expect(readdirSync(join(folder, 'a', 'b'))).toEqual(['file.bin']);
  });

  it('two writers of one path at a time leave one of the contents', async () => {
    const path = join(folder, 'race.bin');
    const contents = Array.from({ length: 8 }, (_, i) => new Uint8Array(100_000 + i).fill(i));
    await Promise.all(contents.map((content) => writeFileAtomic(path, content)));
    const read = readFileSync(path);
    expect(read.length).toBe(100_000 + read[0]!);
    expect(read.every((byte) => byte === read[0])).toBe(true);
    expect(readdirSync(folder).filter((name) => name.endsWith('.tmp'))).toEqual([]);
  });

  it('a failure leaves what was there, and no temporary file', async () => {
    const path = join(folder, 'taken');
    mkdirSync(path);
    writeFileSync(join(path, 'inside'), 'kept');
    await expect(writeFileAtomic(path, 'x')).rejects.toThrow(/EISDIR|ENOTEMPTY|EEXIST|EPERM/);
    expect(readdirSync(path)).toEqual(['inside']);
    expect(readdirSync(folder).filter((name) => name.endsWith('.tmp'))).toEqual([]);
  });

  it('a process killed while writing leaves a whole file', { timeout: 120_000 }, async () => {
    const path = join(folder, 'killed.bin');
    const size = 16 * 2 ** 20;
    const program = fileURLToPath(new URL('write_forever.ts', import.meta.url));
    let interrupted = 0;
    for (let kill = 0; kill < 8; kill++) {
      const child = spawn(process.execPath, ['--import', 'tsx', program, path, String(size)]);
      const dead = once(child, 'exit');
      await once(child.stdout, 'data');
      while (!existsSync(path)) await wait(5); // the first file of all
      await wait(3 + 11 * kill);
      child.kill('SIGKILL');
      await dead;
      const read = readFileSync(path);
      expect(read.length).toBe(size);
      expect(read.equals(Buffer.alloc(size, read[0]))).toBe(true);
      const left = readdirSync(folder).filter((name) => name.endsWith('.tmp'));
      if (left.length > 0) interrupted++;
      for (const name of left) {
        expect(name).toMatch(/^\.killed\.bin\.[0-9a-f-]{36}\.tmp$/);
        rmSync(join(folder, name));
      }
    }
    expect(interrupted).toBeGreaterThan(0); // or the kills never hit a write and showed nothing
  });
});

describe('bad input', () => {
  it.each([[''], ['a\0b'], [undefined], [new URL('file:///x')]])('path %j', async (path) => {
    await expect(writeFileAtomic(path as never, 'x')).rejects.toThrow(
      /writeFileAtomic: `path` must be a path/,
    );
  });
  it.each([[undefined], [[1, 2]], [new Float32Array(1)]])('data %j', async (data) => {
    const path = join(folder, 'never');
    await expect(writeFileAtomic(path, data as never)).rejects.toThrow(
      /`data` must be a Uint8Array or a string/,
    );
    expect(existsSync(path)).toBe(false);
  });
});
