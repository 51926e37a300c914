import { fail } from '../../internal/check.js';

/** Shortens a name, which comes from the file and could otherwise fill the message. */
export const cut = (name: string): string => (name.length > 120 ? `${name.slice(0, 120)}…` : name);

export const quote = (name: string): string => `'${cut(name)}'`;

/** Refuses the file, with a message in the common format. */
export function refuse(rule: string, received: unknown, advice?: string): never {
  fail('value', 'readPth', 'bytes', `a PyTorch file ${rule}`, received, advice);
}
