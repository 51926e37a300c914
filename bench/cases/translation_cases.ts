/** Work of image translation, at the full width of the papers, one image at a time. */
export interface TranslationCase {
  readonly kind: 'translation';
  /** A forward pass of a generator with 9 blocks, or a training step of the system. */
  readonly task: 'translate' | 'cyclegan' | 'pix2pix';
  /** Height and width of the images, which have three channels. */
  readonly size: number;
}

const one = (name: string, task: TranslationCase['task'], size: number) => ({
  name,
  work: { kind: 'translation', task, size } as TranslationCase,
});

/** Returns the cases from the least work to the most. */
export const translationCases = (): { name: string; work: TranslationCase }[] => [
  one('translation of 256×256, 9 blocks', 'translate', 256),
  one('pix2pix step, 256×256', 'pix2pix', 256),
  one('CycleGAN step, 128×128', 'cyclegan', 128),
  one('CycleGAN step, 256×256', 'cyclegan', 256),
];
