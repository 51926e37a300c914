import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { decode } from 'fast-png';
import { afterAll, describe, expect, it } from 'vitest';
import { savePNG } from '../../src/node/png.js';

const folder = mkdtempSync(join(tmpdir(), 'gan-kit-png-'));
afterAll(() => rmSync(folder, { recursive: true }));
const image = { width: 2, height: 1, channels: 3 as const, data: Uint8Array.of(1, 2, 3, 4, 5, 6) };

describe('savePNG', () => {
  it('writes a file that a decoder reads', async () => {
    const path = join(folder, 'samples', 'one.png');
    await savePNG(path, image);
    expect([...decode(readFileSync(path)).data]).toEqual([1, 2, 3, 4, 5, 6]);
  });

  it('refuses bad input and writes nothing', async () => {
    await expect(savePNG('', image)).rejects.toThrow(/savePNG: `path` must be a path/);
    const path = join(folder, 'bad.png');
    await expect(savePNG(path, { ...image, width: 3 })).rejects.toThrow(
      /width · height · channels = 9 bytes/,
    );
    expect(readdirSync(folder)).not.toContain('bad.png');
  });
});
