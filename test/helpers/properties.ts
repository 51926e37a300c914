import fc from 'fast-check';
import { inject } from 'vitest';

declare module 'vitest' {
  interface ProvidedContext {
    propertySeed: number | null;
  }
}

// a fixed seed gives a commit the same result every day; a run without a seed draws other cases
const seed = inject('propertySeed');
if (seed !== null) fc.configureGlobal({ ...fc.readConfigureGlobal(), seed });

export { fc };
