import fc from 'fast-check';
import { inject } from 'vitest';

declare module 'vitest' {
  interface ProvidedContext {
    propertySeed: number | null;
  }
}

// the verdict on a commit is not to depend on the day: other cases are drawn where they are asked for
const seed = inject('propertySeed');
if (seed !== null) fc.configureGlobal({ ...fc.readConfigureGlobal(), seed });

export { fc };
