// A process to be killed: writes two contents in turn to one path, until it dies.
import { writeFileAtomic } from '../../src/node/files/atomic_file.js';

const path = process.argv[2]!;
const size = Number(process.argv[3]);
const contents = [new Uint8Array(size).fill(1), new Uint8Array(size).fill(2)];
process.stdout.write('ready\n');
for (let i = 0; ; i++) await writeFileAtomic(path, contents[i % 2]!);
