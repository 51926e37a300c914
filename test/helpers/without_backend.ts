import { engine } from '@tensorflow/tfjs-core';

/** What tfjs keeps to itself, and a program that loads no backend would find empty. */
interface Choice {
  backendName: string | null;
  backendInstance: unknown;
  initializeBackendsAndReturnBest(): unknown;
}

/**
 * Runs a program with no backend chosen and none to fall back on, as in a project of its own, where tfjs
 * knows no backend until the program has loaded one.
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
    delete (choice as Partial<Choice>).initializeBackendsAndReturnBest; // the class has it
  }
}
