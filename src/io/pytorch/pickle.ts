import type { ByteReader } from './byte_reader.js';
import { OPERATIONS } from './pickle_operations.js';
import type { Dict, PickleValue } from './pickle_values.js';
import { Tuple, describe } from './pickle_values.js';
import { refuse } from './refuse.js';

/** What a pickle may name: only that is known, and nothing runs that is not. */
export interface PickleWorld {
  /** A class or function by its module and name, or an error that names it. */
  find(module: string, name: string): PickleValue;
  /** What stands for an object that is stored elsewhere. */
  load(id: PickleValue): PickleValue;
}

/** A state_dict takes about forty for each tensor; a forged pickle could make an object by each. */
const MAX_OPERATIONS = 400_000;

/**
 * The machine that a pickle is a program for: a stack, marks in it, and a memo of earlier values.
 * It makes plain values, and asks its world for everything else.
 */
export class PickleMachine {
  readonly memo: Map<number, PickleValue> = new Map();
  private readonly stack: PickleValue[] = [];
  private readonly marks: number[] = [];
  /** The operation at work and where it stands, for messages. */
  private working = '';
  private done = false;
  private spent = 0;

  constructor(
    readonly bytes: ByteReader,
    readonly world: PickleWorld,
  ) {}

  /** Runs one pickle to its end and returns what it made. */
  run(): PickleValue {
    while (!this.done) {
      this.spend(1);
      const start = this.bytes.at;
      const code = this.bytes.uint8();
      const operation = OPERATIONS.get(code);
      const name = operation?.name ?? `0x${code.toString(16).padStart(2, '0')}`;
      this.working = `${name} at byte ${start} of the pickle`;
      if (operation?.run === undefined)
        refuse(
          'whose pickle has only the operations that state_dicts need',
          this.working,
          'Save the state_dict alone: torch.save(net.state_dict(), path).',
        );
      operation.run(this);
    }
    return this.pop();
  }

  /** Counts work, so that a small file cannot ask for much: an operation is one, as is a list's item. */
  spend(work: number): void {
    this.spent += work;
    if (this.spent > MAX_OPERATIONS)
      refuse(`whose pickle has at most ${MAX_OPERATIONS} operations`, 'more');
  }

  stop(): void {
    this.done = true;
  }

  /** Refuses what the operation at work was given. */
  refuse(rule: string, received: PickleValue): never {
    refuse(`in which ${this.working} finds ${rule}`, describe(received));
  }

  push(value: PickleValue): void {
    this.stack.push(value);
  }

  mark(): void {
    this.marks.push(this.stack.length);
  }

  /** Nothing below the last mark may be taken singly. */
  private get floor(): number {
    return this.marks.at(-1) ?? 0;
  }

  top(): PickleValue {
    if (this.stack.length <= this.floor)
      refuse(`in which ${this.working} finds a value on the stack`, 'an empty stack');
    return this.stack.at(-1)!;
  }

  pop(): PickleValue {
    const value = this.top();
    this.stack.pop();
    return value;
  }

  /** Takes the top off, be it a value or a mark. */
  drop(): void {
    if (this.stack.length === this.floor && this.marks.length > 0) this.marks.pop();
    else this.pop();
  }

  popToMark(): PickleValue[] {
    const mark = this.marks.pop();
    if (mark === undefined)
      refuse(`in which ${this.working} finds a mark on the stack`, 'a stack without');
    return this.stack.splice(mark);
  }

  popTuple(): Tuple {
    const value = this.pop();
    return value instanceof Tuple ? value : this.refuse('a tuple', value);
  }

  popText(): string {
    const value = this.pop();
    return typeof value === 'string' ? value : this.refuse('a text', value);
  }

  topList(): PickleValue[] {
    const value = this.top();
    return Array.isArray(value) ? value : this.refuse('a list', value);
  }

  topDict(): Dict {
    const value = this.top();
    return value instanceof Map ? value : this.refuse('a dict', value);
  }

  /** Puts keys and values, in turns, into a dict. */
  fill(dict: Dict, items: readonly PickleValue[]): void {
    if (items.length % 2 !== 0)
      refuse(`in which ${this.working} finds keys and values in pairs`, items.length);
    for (let i = 0; i < items.length; i += 2) {
      const key = items[i]!;
      if (key !== null && typeof key === 'object')
        this.refuse('keys that are texts or numbers', key);
      dict.set(key, items[i + 1]!);
    }
  }

  remember(place: number): void {
    this.memo.set(place, this.top());
  }

  recall(place: number): void {
    const value = this.memo.get(place);
    if (value === undefined)
      refuse(`in which ${this.working} finds a value in the memo`, `nothing at ${place}`);
    this.push(value);
  }
}
