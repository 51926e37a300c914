import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { pairedImages as pairedFiles } from '../../src/io/images/paired_images.js';
import { folderImages } from '../../src/node/images/folder_images.js';
import { pairedImages } from '../../src/node/images/paired_folder.js';
import { encodePNG } from '../../src/node/images/png.js';
import { unpairedImages } from '../../src/node/images/unpaired_folder.js';
import { useBackend } from '../helpers/backends.js';

let root = '';
beforeAll(async () => {
  await useBackend('cpu');
  root = mkdtempSync(join(tmpdir(), 'gan-kit-listing-'));
});
afterAll(() => rmSync(root, { recursive: true }));

const picture = encodePNG({ width: 2, height: 1, channels: 1, data: Uint8Array.of(0, 255) });
/** What a Mac writes beside a file. */
const appleDouble = Uint8Array.of(0, 5, 0x16, 7, 0, 2, 0, 0);

/** Names of files, and what is passed over among them. */
const NAMES = [
  ...['a.png', 'b.JPG', 'in/c.png', '.d.png', '._a.png', 'in/._c.png', 'e.webp', 'f.WEBP'],
  ...['g.gif', 'notes', 'Thumbs.db', '.DS_Store', '.cache/h.png', '.cache/i.png', 'in/.git/j.png'],
];
const IMAGES = ['.d.png', 'a.png', 'b.JPG', 'in/c.png'];
const PASSED_OVER = {
  ...{ '._*': 2, '.webp': 2, '.gif': 1, '.db': 1, '.ds_store': 1 },
  ...{ 'hidden folders': 2, 'names without extension': 1 },
};

function folderOf(name: string, names: readonly string[]): string {
  const folder = join(root, name);
  for (const file of names) {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    writeFileSync(join(folder, file), file.includes('._') ? appleDouble : picture);
  }
  return folder;
}

describe('a listing of images', () => {
  it('passes over what is no image by its name, and counts it by kind', async () => {
    const folder = folderOf('mixed', NAMES);
    symlinkSync(join(folder, 'in'), join(folder, 'linked'));
    const names = IMAGES.map((name) => join(folder, name));
    const counts = { ...PASSED_OVER, 'links to folders': 1 };
    const images = await folderImages({ folder });
    expect(images.names).toEqual(names);
    expect(Object.fromEntries(images.passedOver)).toEqual(counts);
    const pairs = await pairedImages({ folder });
    expect([pairs.files, pairs.length]).toEqual([names, 4]);
    expect(Object.fromEntries(pairs.passedOver)).toEqual(counts);
    const other = folderOf('few', ['a.webp', 'b.png', 'c.tga']);
    const both = await unpairedImages({ folderA: folder, folderB: other });
    const sum = { ...counts, '.webp': 3, '.tga': 1 };
    expect(Object.fromEntries(both.passedOver)).toEqual(sum);
  });

  it("is the same of a user's files", () => {
    const files = NAMES.map((name) =>
      Object.assign(new File([picture], name.slice(name.lastIndexOf('/') + 1)), {
        webkitRelativePath: `.chosen/${name}`,
      }),
    );
    const set = pairedFiles({ files });
    expect(set.files).toEqual(IMAGES.map((name) => `.chosen/${name}`));
    expect(Object.fromEntries(set.passedOver)).toEqual(PASSED_OVER);
    const plain = NAMES.filter((name) => !name.includes('/')).map((name) => new File([], name));
    expect(pairedFiles({ files: plain }).passedOver.get('._*')).toBe(1);
  });

  it('takes a hidden folder that is asked for', async () => {
    const folder = folderOf('.hidden', ['a.png']);
    expect((await folderImages({ folder })).names).toEqual([join(folder, 'a.png')]);
  });

  it('says what it found where there is no image', async () => {
    const folder = folderOf('none', ['a.webp', 'b.webp', '._c.png']);
    await expect(folderImages({ folder })).rejects.toThrow(
      /a folder with at least one PNG or JPEG image.*\nPassed over: (2 \.webp, 1 \._\*|1 \._\*, 2 \.webp)\. Only PNG and JPEG are read/,
    );
    expect(() => pairedFiles({ files: [new File([], 'a.webp')] })).toThrow(
      /files with at least one PNG or JPEG image.*\nPassed over: 1 \.webp\./,
    );
  });
});
