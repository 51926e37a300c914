import type { Level } from '../bench.js';
import { translationCases } from '../cases/translation_cases.js';
import { timeAndMemory } from './time_and_memory.js';

/** Image translation beside PyTorch; a round of it takes a minute and more. */
export const translation = (cases = translationCases()): Level =>
  timeAndMemory({
    ...{ name: 'translation', title: 'Image translation', cases },
    by: /^(gan-kit|PyTorch)/,
    mostRounds: 3,
  });
