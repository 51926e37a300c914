import type { Contenders } from './contenders.js';
import type { ContenderCommand } from './protocol/contender.js';

/**
 * Selects the contenders: those of `always`, and those whose name contains one of the wanted words; without
 * words, all except the slow ones.
 *
 * @throws Error with the known names, if no name contains a word.
 */
export function choose(
  { present, absent }: Contenders,
  always: readonly string[],
  wanted?: readonly string[],
): ContenderCommand[] {
  const has = (name: string, word: string) =>
    word !== '' && name.toLowerCase().includes(word.toLowerCase());
  for (const word of wanted ?? []) {
    if (present.some(({ name }) => has(name, word))) continue;
    const missing = absent.find(({ name }) => has(name, word));
    if (missing !== undefined)
      throw new Error(`--peers: ${missing.name} is not here (${missing.help}).`);
    const names = present.map(({ name }) => `"${name}"`).join(', ');
    throw new Error(`--peers must be parts of these names: ${names}. Received: "${word}".`);
  }
  return present.filter(
    ({ name, slow = false }) =>
      always.includes(name) || (wanted?.some((word) => has(name, word)) ?? !slow),
  );
}
