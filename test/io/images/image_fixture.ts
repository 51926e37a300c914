import { fixture } from '../../helpers/fixtures.js';

interface File {
  readonly file: string;
  /** Width and height. */
  readonly size: [number, number];
  readonly rgb: string;
}

/** What tools/parity/images.py wrote. */
export const IMAGES = fixture<{
  readonly files: Readonly<Record<'png' | 'jpeg', Readonly<Record<string, File>>>>;
  readonly refused: Readonly<Record<string, string>>;
  readonly resized: {
    /** Width, height and channels. */
    readonly source: [number, number, 1 | 3 | 4];
    readonly size: [number, number];
    readonly before: string;
    readonly after: string;
  }[];
  readonly samples: {
    readonly file: string;
    readonly load: number | null;
    readonly crop: number;
    /** Left and top of the crop. */
    readonly at: [number, number];
    readonly flip: boolean;
    readonly channels: 1 | 3;
    /** Of the left half and the right one, or of the whole picture alone. */
    readonly values: number[][];
  }[];
}>('images');

/** Bytes from base64, in Node and in pages. */
export const bytesOf = (text: string): Uint8Array =>
  Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
