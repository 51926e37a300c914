import type { Contenders } from './contenders.js';
import type { ContenderCommand } from './protocol/contender.js';

/**
 * Those who take part: `always`, and who has one of the wanted words in the name; without words all but
 * the slow ones.
 *
 * @throws Error that tells the known names, for a word that is in none.
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
