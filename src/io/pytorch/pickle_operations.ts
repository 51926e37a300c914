import type { PickleMachine } from './pickle.js';
import { Callable, Tuple } from './pickle_values.js';
import type { PickleValue } from './pickle_values.js';
import { cut, refuse } from './refuse.js';

interface Operation {
  /** The name in Python's pickletools. */
  readonly name: string;
  /** Missing where the operation is refused. */
  readonly run: ((machine: PickleMachine) => void) | undefined;
}

const LATEST_PROTOCOL = 5;
const MAX_INTEGER_BYTES = 16; // the format's own magic number has 10

/** A two's complement integer, little-endian; a number wherever a number holds it. */
function longFrom(bytes: Uint8Array): number | bigint {
  if (bytes.length > MAX_INTEGER_BYTES)
    refuse(`with integers of at most ${MAX_INTEGER_BYTES} bytes`, bytes.length);
  let value = 0n;
  for (const byte of [...bytes].reverse()) value = value * 256n + BigInt(byte);
  return plain(BigInt.asIntN(8 * bytes.length, value));
}

const plain = (value: bigint): number | bigint =>
  Number.isSafeInteger(Number(value)) ? Number(value) : value;

/** `12`, `-3L`, and of protocol 0 and 1 the booleans `00` and `01`. */
function integerFrom(text: string): number | bigint | boolean {
  if (text === '00' || text === '01') return text === '01';
  if (!/^[+-]?\d{1,40}L?$/.test(text)) refuse('with an integer in this place', cut(text));
  return plain(BigInt(text.replace(/^\+|L$/g, '')));
}

function floatFrom(text: string): number {
  if (!/^[+-]?(\d+(\.\d*)?(e[+-]?\d+)?|inf|nan)$/i.test(text))
    refuse('with a number in this place', cut(text));
  return Number(text.replace(/inf/i, 'Infinity').replace(/nan/i, 'NaN'));
}

/** A text of protocol 0. Names of weights need no escapes, so that none are read. */
function unescaped(text: string): string {
  if (text.includes('\\')) refuse('with texts that have no escapes', cut(text));
  return text;
}

function unquoted(text: string): string {
  const inner = /^(['"])(.*)\1$/.exec(text)?.[2];
  if (inner === undefined) refuse('with a text in quotes in this place', cut(text));
  return unescaped(inner);
}

function find(machine: PickleMachine, module: string, name: string): void {
  machine.push(machine.world.find(module, name));
}

function reduce(machine: PickleMachine): void {
  const args = machine.popTuple();
  const callee = machine.pop();
  if (!(callee instanceof Callable)) machine.refuse('a function that is known', callee);
  for (const arg of args.items) if (Array.isArray(arg)) machine.spend(arg.length);
  machine.push(callee.call(args.items));
}

/** Attributes beside the contents, such as the `_metadata` of a state_dict, are left out. */
function build(machine: PickleMachine): void {
  const state = machine.pop();
  machine.topDict();
  if (!(state instanceof Map)) machine.refuse('a dict of attributes', state);
}

function tuple(machine: PickleMachine, size: number): void {
  const items: PickleValue[] = [];
  for (let i = 0; i < size; i++) items.unshift(machine.pop());
  machine.push(new Tuple(items));
}

const TABLE: readonly (readonly [number | string, string, ((m: PickleMachine) => void)?])[] = [
  // numbers and constants
  ['N', 'NONE', (m) => m.push(null)],
  [0x88, 'NEWTRUE', (m) => m.push(true)],
  [0x89, 'NEWFALSE', (m) => m.push(false)],
  ['I', 'INT', (m) => m.push(integerFrom(m.bytes.line()))],
  ['L', 'LONG', (m) => m.push(integerFrom(m.bytes.line()))],
  ['J', 'BININT', (m) => m.push(m.bytes.int32())],
  ['K', 'BININT1', (m) => m.push(m.bytes.uint8())],
  ['M', 'BININT2', (m) => m.push(m.bytes.uint16())],
  [0x8a, 'LONG1', (m) => m.push(longFrom(m.bytes.take(m.bytes.uint8())))],
  [0x8b, 'LONG4', (m) => m.push(longFrom(m.bytes.take(m.bytes.uint32())))],
  ['F', 'FLOAT', (m) => m.push(floatFrom(m.bytes.line()))],
  ['G', 'BINFLOAT', (m) => m.push(m.bytes.float64BigEndian())],
  // texts and bytes; Python 2 had one kind for both
  ['S', 'STRING', (m) => m.push(unquoted(m.bytes.line()))],
  ['T', 'BINSTRING', (m) => m.push(m.bytes.text(m.bytes.uint32()))],
  ['U', 'SHORT_BINSTRING', (m) => m.push(m.bytes.text(m.bytes.uint8()))],
  ['V', 'UNICODE', (m) => m.push(unescaped(m.bytes.line()))],
  ['X', 'BINUNICODE', (m) => m.push(m.bytes.text(m.bytes.uint32()))],
  [0x8c, 'SHORT_BINUNICODE', (m) => m.push(m.bytes.text(m.bytes.uint8()))],
  [0x8d, 'BINUNICODE8', (m) => m.push(m.bytes.text(m.bytes.uint64()))],
  ['B', 'BINBYTES', (m) => m.push(m.bytes.take(m.bytes.uint32()))],
  ['C', 'SHORT_BINBYTES', (m) => m.push(m.bytes.take(m.bytes.uint8()))],
  [0x8e, 'BINBYTES8', (m) => m.push(m.bytes.take(m.bytes.uint64()))],
  // containers
  [')', 'EMPTY_TUPLE', (m) => tuple(m, 0)],
  [0x85, 'TUPLE1', (m) => tuple(m, 1)],
  [0x86, 'TUPLE2', (m) => tuple(m, 2)],
  [0x87, 'TUPLE3', (m) => tuple(m, 3)],
  ['t', 'TUPLE', (m) => m.push(new Tuple(m.popToMark()))],
  [']', 'EMPTY_LIST', (m) => m.push([])],
  ['l', 'LIST', (m) => m.push(m.popToMark())],
  ['a', 'APPEND', (m) => appendTo(m, [m.pop()])],
  ['e', 'APPENDS', (m) => appendTo(m, m.popToMark())],
  ['}', 'EMPTY_DICT', (m) => m.push(new Map())],
  ['d', 'DICT', (m) => newDict(m, m.popToMark())],
  ['s', 'SETITEM', (m) => setItem(m, m.pop())],
  ['u', 'SETITEMS', (m) => setItems(m, m.popToMark())],
  // the stack and the memo
  ['(', 'MARK', (m) => m.mark()],
  ['0', 'POP', (m) => m.drop()],
  ['1', 'POP_MARK', (m) => void m.popToMark()],
  ['2', 'DUP', (m) => m.push(m.top())],
  ['g', 'GET', (m) => m.recall(m.bytes.countLine())],
  ['h', 'BINGET', (m) => m.recall(m.bytes.uint8())],
  ['j', 'LONG_BINGET', (m) => m.recall(m.bytes.uint32())],
  ['p', 'PUT', (m) => m.remember(m.bytes.countLine())],
  ['q', 'BINPUT', (m) => m.remember(m.bytes.uint8())],
  ['r', 'LONG_BINPUT', (m) => m.remember(m.bytes.uint32())],
  [0x94, 'MEMOIZE', (m) => m.remember(m.memo.size)],
  // classes: all go through the world, which knows a dozen
  ['c', 'GLOBAL', (m) => find(m, m.bytes.line(), m.bytes.line())],
  [0x93, 'STACK_GLOBAL', (m) => stackGlobal(m, m.popText())],
  ['R', 'REDUCE', reduce],
  ['b', 'BUILD', build],
  ['Q', 'BINPERSID', (m) => m.push(m.world.load(m.pop()))],
  // the frame
  [0x80, 'PROTO', (m) => checkProtocol(m.bytes.uint8())],
  [0x95, 'FRAME', (m) => void m.bytes.uint64()],
  ['.', 'STOP', (m) => m.stop()],
  // refused: they make objects of other classes, or no state_dict has them
  ['P', 'PERSID'],
  ['i', 'INST'],
  ['o', 'OBJ'],
  [0x81, 'NEWOBJ'],
  [0x82, 'EXT1'],
  [0x83, 'EXT2'],
  [0x84, 'EXT4'],
  [0x8f, 'EMPTY_SET'],
  [0x90, 'ADDITEMS'],
  [0x91, 'FROZENSET'],
  [0x92, 'NEWOBJ_EX'],
  [0x96, 'BYTEARRAY8'],
  [0x97, 'NEXT_BUFFER'],
  [0x98, 'READONLY_BUFFER'],
];

function appendTo(machine: PickleMachine, items: readonly PickleValue[]): void {
  const list = machine.topList();
  for (const item of items) list.push(item);
}

function newDict(machine: PickleMachine, items: readonly PickleValue[]): void {
  machine.push(new Map());
  setItems(machine, items);
}

function setItem(machine: PickleMachine, value: PickleValue): void {
  setItems(machine, [machine.pop(), value]);
}

function setItems(machine: PickleMachine, items: readonly PickleValue[]): void {
  machine.fill(machine.topDict(), items);
}

function stackGlobal(machine: PickleMachine, name: string): void {
  find(machine, machine.popText(), name);
}

function checkProtocol(protocol: number): void {
  if (protocol > LATEST_PROTOCOL)
    refuse(`of pickle protocol ${LATEST_PROTOCOL} or lower`, protocol);
}

/** The operations of a pickle by their byte. */
export const OPERATIONS: ReadonlyMap<number, Operation> = new Map(
  TABLE.map(([code, name, run]) => [
    typeof code === 'string' ? code.charCodeAt(0) : code,
    { name, run },
  ]),
);
