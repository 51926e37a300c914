import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { encodePNG } from '../../src/node/images/png.js';
import { crc32c } from '../../src/node/log/crc32c.js';
import {
  imageRecord,
  scalarsRecord,
  startRecord,
  versionRecord,
} from '../../src/node/log/event_record.js';
import { tensorBoardLog } from '../../src/node/log/tensor_board_log.js';
import { fixture } from '../helpers/fixtures.js';

const folder = mkdtempSync(join(tmpdir(), 'gan-kit-board-'));
afterAll(() => rmSync(folder, { recursive: true }));

const { records, png } = fixture<{ records: Record<string, string>; png: string }>('event_file');
const base64 = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64');

describe('records', () => {
  it('have the checksum of RFC 3720, appendix B.4', () => {
    expect(crc32c(new Uint8Array(32))).toBe(0x8a9136aa);
    expect(crc32c(new Uint8Array(32).fill(0xff))).toBe(0x62a8ab43);
    expect(crc32c(Uint8Array.from({ length: 32 }, (_, i) => i))).toBe(0x46dd794e);
  });

  it('have the bytes that tensorboard writes', () => {
    const image = { width: 2, height: 1, channels: 1 as const, data: Uint8Array.of(0, 255) };
    expect(base64(encodePNG(image))).toBe(png);
    expect({
      version: base64(versionRecord(1733011200.25)),
      start: base64(startRecord({ wallTime: 1733011200.5, step: 301 })),
      scalars: base64(
        scalarsRecord(
          { wallTime: 1733011201.75, step: 70000 },
          { discriminator: 1.31, 'Verlust/größer': -2e-7 },
        ),
      ),
      image: base64(imageRecord({ wallTime: 1733011202, step: 0 }, 'samples', image)),
    }).toEqual(records);
  });
});

/** Splits a file into the data of its records. */
function recordsOf(path: string): Buffer[] {
  const bytes = readFileSync(path);
  const found: Buffer[] = [];
  for (let at = 0; at < bytes.length;) {
    const length = Number(bytes.readBigUInt64LE(at));
    found.push(bytes.subarray(at + 12, at + 12 + length));
    at += 16 + length;
  }
  return found;
}

describe('a log', () => {
  it('is a file of whole records; one that goes on is another file, after it in order', async () => {
    const first = await tensorBoardLog(folder, { after: 0 });
    await first.scalars(300, { loss: 0.5 });
    await first.image(300, 'samples', {
      width: 1,
      height: 1,
      channels: 3,
      data: new Uint8Array(3),
    });
    const second = await tensorBoardLog(folder, { after: 300 });
    await second.scalars(301, { loss: 0.25 });
    const third = await tensorBoardLog(folder);
    expect(
      readdirSync(folder)
        .sort()
        .map((name) => join(folder, name)),
    ).toEqual([...[first.path, second.path, third.path]]);
    const [version, start, scalars, image] = recordsOf(first.path);
    expect(version!.subarray(9).toString('latin1')).toBe('\x1a\x0dbrain.Event:2');
    const seconds = version!.readDoubleLE(1);
    expect(Math.abs(seconds - Date.now() / 1000)).toBeLessThan(60);
    // a step of 1: field 2; then field 7, whose field 1 is 1
    expect([...start!.subarray(9)]).toEqual([0x10, 1, 0x3a, 2, 8, 1]);
    expect(scalars!.subarray(-4).readFloatLE()).toBe(0.5);
    expect(
      image!.includes(
        Buffer.from(encodePNG({ width: 1, height: 1, channels: 3, data: new Uint8Array(3) })),
      ),
    ).toBe(true);
    expect([...recordsOf(second.path)[1]!.subarray(9)]).toEqual([0x10, 0xad, 2, 0x3a, 2, 8, 1]);
    expect(recordsOf(third.path)).toHaveLength(1);
  });
});
