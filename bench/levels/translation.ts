import type { Level } from '../bench.js';
import { translationCases } from '../cases/translation_cases.js';
import { timeAndMemory } from './time_and_memory.js';

/** Makes the level of image translation, compared with PyTorch; a round takes more than a minute. */
export const translation = (cases = translationCases()): Level =>
  timeAndMemory({
    ...{ name: 'translation', title: 'Image translation', cases },
    by: /^(gan-kit|PyTorch)/,
    mostRounds: 3,
  });
