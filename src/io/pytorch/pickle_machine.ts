import { pace } from '../../internal/pace.js';
import type { ByteReader } from './byte_reader.js';
import { describe } from './describe.js';
import { Callable, Opaque, TensorView, Tuple, setKey } from './pickle_values.js';
import type { PickleValue } from './pickle_values.js';
import { refuse } from './refuse.js';

/** The classes, functions and stored objects that a pickle can refer to. */
export interface PickleWorld {
  /** Finds a class or function by its module and name; returns a placeholder if it is unknown. */
  find(module: string, name: string): PickleValue;
  /** Returns the value for an object that is stored outside the pickle. */
  load(id: PickleValue): PickleValue;
}

/** The operation that belongs to one code. */
export interface Operation {
  /** The name in Python's pickletools. */
  readonly name: string;
  /** The action; undefined if the operation is refused. */
  readonly run: ((machine: PickleMachine) => void) | undefined;
}

/**
 * The approximate costs of values in bytes; their sum is limited, so that a small file cannot use much memory or
 * time.
 */
const COSTS = { operation: 8, memo: 32, object: 64, table: 256 } as const;
const MAX_GROWTH = 16;
const MIN_ALLOWANCE = 2 ** 25;
const OPERATIONS_A_TURN = 4096;

const costOf = (value: PickleValue): number => {
  if (value instanceof Map || value instanceof TensorView) return COSTS.table;
  return typeof value === 'object' && value !== null ? COSTS.object : 0;
};

/**
 * A machine that runs a pickle as its program, with a stack, marks in the stack, and a memo of earlier values. It
 * makes plain values itself, and asks its world for everything else.
 */
export class PickleMachine {
  readonly memo: Map<number, PickleValue> = new Map();
  private readonly stack: PickleValue[] = [];
  private readonly marks: number[] = [];
  /** The code of the current operation; `start` is its position. */
  private code = 0;
  private start = 0;
  private done = false;
  private spent = 0;
  private readonly allowed: number;

  constructor(
    readonly bytes: ByteReader,
    readonly world: PickleWorld,
    private readonly operations: ReadonlyMap<number, Operation>,
  ) {
    this.allowed = MAX_GROWTH * bytes.bytes.length + MIN_ALLOWANCE;
  }

  /**
   * Runs one pickle to its end and returns its value; pauses from time to time, so that it does not block the
   * event loop.
   */
  async run(): Promise<PickleValue> {
    const rest = pace();
    for (let count = 1; !this.done; count++) {
      this.step();
      if (count % OPERATIONS_A_TURN === 0) await rest();
    }
    return this.pop();
  }

  private step(): void {
    this.spend(COSTS.operation);
    this.start = this.bytes.at;
    this.code = this.bytes.uint8();
    const run = this.operations.get(this.code)?.run;
    if (run === undefined)
      refuse(
        'whose pickle has only the operations that torch.save writes',
        this.working,
        'Save the state_dict alone: torch.save(net.state_dict(), path).',
      );
    run(this);
  }

  /** Returns the current operation and its position, for messages. */
  private get working(): string {
    const code = `0x${this.code.toString(16).padStart(2, '0')}`;
    return `${this.operations.get(this.code)?.name ?? code} at byte ${this.start} of the pickle`;
  }

  private spend(bytes: number): void {
    this.spent += bytes;
    if (this.spent > this.allowed)
      refuse(`whose pickle makes values of at most ${MAX_GROWTH} times its size`, 'more');
  }

  stop(): void {
    this.done = true;
  }

  /** Refuses a value that the current operation received. */
  refuse(rule: string, received: PickleValue): never {
    refuse(`in which ${this.working} finds ${rule}`, describe(received));
  }

  /** Puts a new value on the stack. */
  push(value: PickleValue): void {
    this.spend(costOf(value));
    this.stack.push(value);
  }

  /** Calls a known function and pushes its result; pushes a placeholder if the function is unknown. */
  call(callee: PickleValue, args: readonly PickleValue[]): void {
    if (callee instanceof Opaque) return this.push(callee.made(args));
    if (!(callee instanceof Callable)) this.refuse('a class or function', callee);
    // functions read whole lists, and a file may pass the same list many times
    for (const arg of args) if (Array.isArray(arg)) this.spend(COSTS.object * arg.length);
    this.push(callee.call(args));
  }

  mark(): void {
    this.marks.push(this.stack.length);
  }

  /** Returns the number of values that may not be taken one by one: those below the last mark. */
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

  /** Removes the top of the stack, a value or a mark. */
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

  /** Appends items to the list at the top; does nothing if a placeholder is there. */
  append(items: readonly PickleValue[]): void {
    const list = this.top();
    if (list instanceof Opaque) return;
    if (!Array.isArray(list)) this.refuse('a list', list);
    for (const item of items) list.push(item);
  }

  /** Puts alternating keys and values into the dict at the top; does nothing if a placeholder is there. */
  fill(items: readonly PickleValue[]): void {
    if (items.length % 2 !== 0)
      refuse(`in which ${this.working} finds keys and values in pairs`, items.length);
    const dict = this.top();
    if (dict instanceof Opaque) return;
    if (!(dict instanceof Map)) this.refuse('a dict', dict);
    for (let i = 0; i < items.length; i += 2)
      if (!setKey(dict, items[i]!, items[i + 1]!))
        this.refuse('keys that are no lists and no dicts', items[i]!);
  }

  remember(place: number): void {
    this.spend(COSTS.memo);
    this.memo.set(place, this.top());
  }

  recall(place: number): void {
    const value = this.memo.get(place);
    if (value === undefined)
      refuse(`in which ${this.working} finds a value in the memo`, `nothing at ${place}`);
    this.stack.push(value);
  }
}
