import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { decode, decodeApng } from 'fast-png';
import { afterAll, describe, expect, it } from 'vitest';
import { saveAnimation } from '../../src/node/images/animation.js';

const folder = mkdtempSync(join(tmpdir(), 'gan-kit-film-'));
afterAll(() => rmSync(folder, { recursive: true }));
const frame = (channels: 1 | 3 | 4, seed: number) => ({
  width: 3,
  height: 2,
  channels,
  data: Uint8Array.from({ length: 6 * channels }, (_, i) => (i * 37 + seed * 11) % 256),
});

describe('saveAnimation', () => {
  it.each([1, 3, 4] as const)('has each frame in order, with %i channels', async (channels) => {
    const path = join(folder, `new/${channels}.png`);
    const frames = [0, 1, 2, 1].map((seed) => frame(channels, seed));
    await saveAnimation(path, frames, { framesPerSecond: 8, plays: 3 });
    const bytes = readFileSync(path);
    const film = decodeApng(bytes);
    expect(film.numberOfPlays).toBe(3);
    expect(film.frames).toHaveLength(4);
    for (const [i, { data, delayNumber, delayDenominator }] of film.frames.entries()) {
      expect(Uint8Array.from(data)).toEqual(frames[i]!.data);
      expect(delayNumber / delayDenominator).toBe(0.125);
    }
    // who knows still pictures alone sees the first
    expect(Uint8Array.from(decode(bytes).data)).toEqual(frames[0]!.data);
  });

  it('may have the same frame twice, or one alone', async () => {
    const [one, path] = [frame(1, 5), join(folder, 'same.png')];
    await saveAnimation(path, [one, one]);
    const film = decodeApng(readFileSync(path));
    expect(film.frames.map(({ data }) => Uint8Array.from(data))).toEqual([one.data, one.data]);
    expect(film.frames[1]!.delayNumber).toBe(67);
    await saveAnimation(path, [one]);
    expect(decodeApng(readFileSync(path)).frames).toHaveLength(1);
  });

  it.each([
    ['frames', [], {}],
    ['frames[1].width', [frame(1, 0), { ...frame(1, 0), width: 2, height: 3 }], {}],
    ['frames[1].channels', [frame(1, 0), frame(3, 0)], {}],
    ['frames[0].data', [{ ...frame(1, 0), data: new Uint8Array(5) }], {}],
    ['framesPerSecond', [frame(1, 0)], { framesPerSecond: 0 }],
    ['plays', [frame(1, 0)], { plays: -1 }],
  ])('refuses a wrong %s', async (parameter, frames, options) => {
    await expect(saveAnimation(join(folder, 'wrong.png'), frames, options)).rejects.toMatchObject({
      where: 'saveAnimation',
      parameter,
    });
  });
});
