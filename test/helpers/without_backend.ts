import { engine } from '@tensorflow/tfjs-core';

/** Private fields of the engine of tfjs, which are empty in a program that loads no backend. */
interface Choice {
  backendName: string | null;
  backendInstance: unknown;
  initializeBackendsAndReturnBest(): unknown;
}

/**
 * Runs a program with no backend chosen and none registered, as in a new project, where tfjs has no backend
 * until the program loads one.
 */
export async function withoutBackend(program: () => Promise<void>): Promise<void> {
  const choice = engine() as unknown as Choice;
  choice.backendName = null;
  choice.backendInstance = null;
  choice.initializeBackendsAndReturnBest = () => {
    throw new Error('No backend found in registry.');
  };
  try {
    await program();
  } finally {
    delete (choice as Partial<Choice>).initializeBackendsAndReturnBest; // so that the method of the class is used again
  }
}
