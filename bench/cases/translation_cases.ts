/** Work of image translation, at the full width of the papers, one image at a time. */
export interface TranslationCase {
  readonly kind: 'translation';
  /** A forward pass of a generator with 9 blocks, or a training step of the system. */
  readonly task: 'translate' | 'cyclegan' | 'pix2pix';
  /** Height and width of the images, which have three channels. */
  readonly size: number;
  /** Whether a CycleGAN computes the residual branches again in the backward pass; by default where memory asks for it. */
  readonly recompute?: true | 'auto';
}

const one = (name: string, task: TranslationCase['task'], size: number, recompute?: true) => ({
  name,
  work: {
    ...{ kind: 'translation' as const, task, size },
    ...(recompute === undefined ? {} : { recompute }),
  },
});

/** Returns the cases from the least work to the most. */
export const translationCases = (): { name: string; work: TranslationCase }[] => [
  one('translation of 256×256, 9 blocks', 'translate', 256),
  one('pix2pix step, 256×256', 'pix2pix', 256),
  one('CycleGAN step, 128×128', 'cyclegan', 128),
  one('CycleGAN step, 256×256', 'cyclegan', 256),
  one('CycleGAN step, 256×256, recomputed', 'cyclegan', 256, true),
];
