import { describe, expect, it } from 'vitest';
import { cleaned, readJPEGFrame } from '../../../src/io/images/jpeg_frame.js';
import { IMAGES, bytesOf } from './image_fixture.js';

const FILES = Object.entries(IMAGES.files.jpeg);
const file = (name: string) => bytesOf(IMAGES.files.jpeg[name]!.file);
const frameAt = (bytes: Uint8Array) =>
  bytes.findIndex((byte, i) => byte === 0xff && [0xc0, 0xc2].includes(bytes[i + 1]!));

/** A file whose frame header has another byte. */
function altered(place: number, value: number): Uint8Array {
  const bytes = file('4:4:4');
  bytes[frameAt(bytes) + place] = value;
  return bytes;
}

describe('readJPEGFrame', () => {
  it.each(FILES)('finds the frame: %s', (name, { file, size }) => {
    const { width, height, components, exif } = readJPEGFrame(bytesOf(file));
    expect([width, height]).toEqual(size);
    expect(components).toBe(name === 'grey' ? 1 : 3);
    expect(exif).toHaveLength(name === 'turned by EXIF' ? 1 : 0);
  });

  it.each(FILES)('refuses it cut anywhere: %s', (_, one) => {
    const bytes = bytesOf(one.file);
    for (let length = 2; length < bytes.length; length++)
      expect(() => readJPEGFrame(bytes.subarray(0, length)), `${length}`).toThrow(
        /the file ends too early/,
      );
  });

  it.each<[string, Uint8Array, RegExp]>([
    ['CMYK', bytesOf(IMAGES.refused['CMYK']!), /its colours are CMYK/],
    ['arithmetic coding', altered(1, 0xc9), /it is coded arithmetically/],
    ['a lossless file', altered(1, 0xc3), /a lossless or hierarchical JPEG/],
    ['12 bits', altered(4, 12), /it has 12 bits per sample/],
    ['two components', altered(9, 2), /it has 2 components/],
    ['no width', altered(8, 0), /its size is 0 × 37/],
    ['what is none', Uint8Array.of(1, 2, 3), /it is no JPEG file/],
    ['what ends at once', Uint8Array.of(0xff, 0xd8, 0xff, 0xd9), /it holds no picture/],
    ['only stray bytes', Uint8Array.of(0xff, 0xd8, 0, 0xff, 0xd9), /damaged, it holds no picture/],
    ['a segment too short', Uint8Array.of(0xff, 0xd8, 0xff, 0xe0, 0, 1), /segments are damaged/],
  ])('refuses %s', (_, bytes, message) => {
    expect(() => readJPEGFrame(bytes)).toThrow(message);
  });
});

describe('cleaned', () => {
  it('takes EXIF data out and no other byte', () => {
    const bytes = file('turned by EXIF');
    const { exif } = readJPEGFrame(bytes);
    const rest = cleaned(bytes, readJPEGFrame(bytes));
    const [[from, to]] = exif as [[number, number]];
    expect([...rest]).toEqual([...bytes.subarray(0, from), ...bytes.subarray(to)]);
    expect(readJPEGFrame(rest).exif).toEqual([]);
  });
});
