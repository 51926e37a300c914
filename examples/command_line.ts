import { parseArgs } from 'node:util';
import type { ParseArgsConfig } from 'node:util';

/**
 * Reads the command line of an example. An invalid one ends the program with a message and the help; `--help`
 * ends it with the help only.
 *
 * @returns The options as text, and functions that read words and whole numbers.
 */
export function readCommandLine<Config extends NonNullable<ParseArgsConfig['options']>>(
  args: string[],
  help: string,
  options: Config,
) {
  const stop = (problem: string): never => {
    console.error(`${problem}\n\n${help}`);
    process.exit(2);
  };
  if (args.includes('--help')) {
    console.log(help);
    process.exit(0);
  }
  const parse = () => {
    try {
      return parseArgs({ args, options }).values;
    } catch (error) {
      return stop((error as Error).message);
    }
  };
  return {
    values: parse(),
    stop,
    word: <T extends string>(name: string, value: string, allowed: readonly T[]): T =>
      allowed.find((one) => one === value) ??
      stop(`--${name} must be one of ${allowed.join(', ')}. Received: ${value}.`),
    whole: (name: string, value: string, min: number): number =>
      /^\d+$/.test(value) && Number(value) >= min
        ? Number(value)
        : stop(`--${name} must be an integer >= ${min}. Received: ${value}.`),
  };
}
