import { noteAttributes, opaqueClass } from './opaque_classes.js';
import type { Operation, PickleMachine } from './pickle_machine.js';
import { floatFrom, integerFrom, longFrom } from './pickle_numbers.js';
import { Opaque, Tuple } from './pickle_values.js';
import type { PickleValue } from './pickle_values.js';
import { cut, refuse } from './refuse.js';

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const LATEST_PROTOCOL = 5;

/** Returns a text of protocol 0; refuses escapes, which names of weights do not need. */
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

/** Pushes a string of Python 2: a text, or its bytes if they are not UTF-8. */
function textOrBytes(machine: PickleMachine, length: number): void {
  const bytes = machine.bytes.take(length);
  try {
    machine.push(utf8.decode(bytes));
  } catch {
    machine.push(bytes);
  }
}

function reduce(machine: PickleMachine): void {
  const args = machine.popTuple();
  machine.call(machine.pop(), args.items);
}

/** Calls a class with keyword arguments, which no known class accepts. */
function reduceWithNames(machine: PickleMachine): void {
  const names = machine.pop();
  const args = machine.popTuple();
  const callee = machine.pop();
  if (!(names instanceof Map)) machine.refuse('a dict of arguments', names);
  if (!(callee instanceof Opaque) && names.size > 0) machine.refuse('no arguments by name', callee);
  machine.call(callee, args.items);
}

/** Makes a call with the values above the mark as arguments; the first of them is the class if none is named. */
function callToMark(machine: PickleMachine, named?: PickleValue): void {
  const items = machine.popToMark();
  const [first, ...others] = named === undefined ? items : [named, ...items];
  machine.call(first ?? null, others);
}

/** Drops the attributes of an object, for example the `_metadata` of a state_dict. */
function build(machine: PickleMachine): void {
  const state = machine.pop();
  const object = machine.top();
  if (object instanceof Opaque) return noteAttributes(object, state);
  if (!(object instanceof Map)) machine.refuse('a dict', object);
  if (!(state instanceof Map)) machine.refuse('a dict of attributes', state);
}

function addToSet(machine: PickleMachine): void {
  machine.popToMark();
  const set = machine.top();
  if (!(set instanceof Opaque)) machine.refuse('a set', set);
}

function frozenSet(machine: PickleMachine): void {
  machine.popToMark();
  machine.push(new Opaque('a frozenset'));
}

/** Pushes a class that the file refers to by a registered number. */
function extension(machine: PickleMachine, code: number): void {
  machine.push(opaqueClass(`extension ${code}`));
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
  ['T', 'BINSTRING', (m) => textOrBytes(m, m.bytes.uint32())],
  ['U', 'SHORT_BINSTRING', (m) => textOrBytes(m, m.bytes.uint8())],
  ['V', 'UNICODE', (m) => m.push(unescaped(m.bytes.line()))],
  ['X', 'BINUNICODE', (m) => m.push(m.bytes.text(m.bytes.uint32()))],
  [0x8c, 'SHORT_BINUNICODE', (m) => m.push(m.bytes.text(m.bytes.uint8()))],
  [0x8d, 'BINUNICODE8', (m) => m.push(m.bytes.text(m.bytes.uint64()))],
  ['B', 'BINBYTES', (m) => m.push(m.bytes.take(m.bytes.uint32()))],
  ['C', 'SHORT_BINBYTES', (m) => m.push(m.bytes.take(m.bytes.uint8()))],
  [0x8e, 'BINBYTES8', (m) => m.push(m.bytes.take(m.bytes.uint64()))],
  [0x96, 'BYTEARRAY8', (m) => m.push(m.bytes.take(m.bytes.uint64()))],
  // containers
  [')', 'EMPTY_TUPLE', (m) => tuple(m, 0)],
  [0x85, 'TUPLE1', (m) => tuple(m, 1)],
  [0x86, 'TUPLE2', (m) => tuple(m, 2)],
  [0x87, 'TUPLE3', (m) => tuple(m, 3)],
  ['t', 'TUPLE', (m) => m.push(new Tuple(m.popToMark()))],
  [']', 'EMPTY_LIST', (m) => m.push([])],
  ['l', 'LIST', (m) => m.push(m.popToMark())],
  ['a', 'APPEND', (m) => m.append([m.pop()])],
  ['e', 'APPENDS', (m) => m.append(m.popToMark())],
  ['}', 'EMPTY_DICT', (m) => m.push(new Map())],
  ['d', 'DICT', (m) => newDict(m, m.popToMark())],
  ['s', 'SETITEM', (m) => setItem(m, m.pop())],
  ['u', 'SETITEMS', (m) => m.fill(m.popToMark())],
  [0x8f, 'EMPTY_SET', (m) => m.push(new Opaque('a set'))],
  [0x90, 'ADDITEMS', addToSet],
  [0x91, 'FROZENSET', frozenSet],
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
  // classes: all are found by the world, which knows only some
  ['c', 'GLOBAL', (m) => find(m, m.bytes.line(), m.bytes.line())],
  [0x93, 'STACK_GLOBAL', (m) => stackGlobal(m, m.popText())],
  ['i', 'INST', (m) => callToMark(m, m.world.find(m.bytes.line(), m.bytes.line()))],
  ['o', 'OBJ', (m) => callToMark(m)],
  [0x82, 'EXT1', (m) => extension(m, m.bytes.uint8())],
  [0x83, 'EXT2', (m) => extension(m, m.bytes.uint16())],
  [0x84, 'EXT4', (m) => extension(m, m.bytes.uint32())],
  ['R', 'REDUCE', reduce],
  [0x81, 'NEWOBJ', reduce],
  [0x92, 'NEWOBJ_EX', reduceWithNames],
  ['b', 'BUILD', build],
  ['Q', 'BINPERSID', (m) => m.push(m.world.load(m.pop()))],
  // the frame
  [0x80, 'PROTO', (m) => checkProtocol(m.bytes.uint8())],
  [0x95, 'FRAME', (m) => void m.bytes.uint64()],
  ['.', 'STOP', (m) => m.stop()],
  // refused: torch.save writes none
  ['P', 'PERSID'],
  [0x97, 'NEXT_BUFFER'],
  [0x98, 'READONLY_BUFFER'],
];

function newDict(machine: PickleMachine, items: readonly PickleValue[]): void {
  machine.push(new Map());
  machine.fill(items);
}

function setItem(machine: PickleMachine, value: PickleValue): void {
  machine.fill([machine.pop(), value]);
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
