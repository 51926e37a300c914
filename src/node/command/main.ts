#!/usr/bin/env node
/** The command `gan-kit`. */
import { readFileSync } from 'node:fs';
import { isGanKitError } from '../../errors.js';
import { evaluate, EVALUATE_HELP } from './evaluate.js';

const HELP = `gan-kit COMMAND [options]

  evaluate    scores a folder of generated images against a folder of real ones

  --version   the version of the package
  --help      this text; after a command, that of the command
`;

const [command, ...rest] = process.argv.slice(2);
try {
  if (command === 'evaluate')
    if (rest.includes('--help')) console.log(EVALUATE_HELP);
    else await evaluate(rest);
  else if (command === '--version')
    console.log(versionOf(new URL('../../../package.json', import.meta.url)));
  else {
    const asked = command === undefined || command === '--help';
    console[asked ? 'log' : 'error'](asked ? HELP : `There is no command ${command}.\n\n${HELP}`);
    if (!asked) process.exitCode = 2;
  }
} catch (error) {
  // the message is enough for an error that the user can correct; any other error is a defect and needs its stack
  if (!isGanKitError(error)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}

function versionOf(path: URL): string {
  return (JSON.parse(readFileSync(path, 'utf8')) as { version: string }).version;
}
