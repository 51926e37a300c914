import { readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import ts from 'typescript';
import { documentedIn } from './documented_defaults.js';
import { sources } from './sources.js';

const ROOT = join(import.meta.dirname, '../..');

/** Where a default stands, and what it is: several values where it depends, none where it is computed. */
interface Place {
  readonly at: string;
  readonly values: readonly string[];
  readonly isComputed: boolean;
  readonly isInSchema: boolean;
}

/** One property of an interface of options. */
interface OptionProperty {
  readonly name: string;
  readonly documented: readonly string[];
  readonly places: Map<ts.Node, Place>;
}

/** The compiler options of this repository. */
function compilerOptions(): ts.CompilerOptions {
  const path = join(ROOT, 'tsconfig.json');
  const { config } = ts.readConfigFile(path, (file) => ts.sys.readFile(file)) as {
    config: unknown;
  };
  return ts.parseJsonConfigFileContent(config, ts.sys, ROOT).options;
}

const OPTIONS = compilerOptions();
const DISK = ts.createCompilerHost(OPTIONS);
const parsed = new Map<string, ts.SourceFile | undefined>();

/**
 * The sources as a program.
 *
 * @param changed Texts by path that stand in place of those on the disk.
 */
function programOf(changed: ReadonlyMap<string, string>): ts.Program {
  const files = [...sources('src').keys()].map((path) => join(ROOT, path));
  return ts.createProgram(files, OPTIONS, {
    ...DISK,
    getSourceFile: (path, language, ...rest) => {
      const text = changed.get(relative(ROOT, path).replaceAll('\\', '/'));
      if (text !== undefined) return ts.createSourceFile(path, text, language, true);
      if (!parsed.has(path)) parsed.set(path, DISK.getSourceFile(path, language, ...rest));
      return parsed.get(path);
    },
  });
}

/** Everything that is found out about the defaults of options. */
class Defaults {
  /** By the nodes that declare the option: in its interface, and in schemas. */
  private readonly found = new Map<ts.Node, OptionProperty>();
  private readonly checker: ts.TypeChecker;

  constructor(private readonly program: ts.Program) {
    this.checker = program.getTypeChecker();
    this.each((node) => {
      if (ts.isPropertySignature(node)) this.addProperty(node);
    });
    this.each((node) => {
      if (ts.isCallExpression(node)) this.addSchema(node);
    });
    this.each((node) => this.addApplied(node));
  }

  get options(): Set<OptionProperty> {
    return new Set(this.found.values());
  }

  private each(visit: (node: ts.Node) => void): void {
    const walk = (node: ts.Node): void => {
      visit(node);
      ts.forEachChild(node, walk);
    };
    for (const file of this.program.getSourceFiles())
      if (file.fileName.startsWith(join(ROOT, 'src').replaceAll('\\', '/'))) walk(file);
  }

  private addProperty(node: ts.PropertySignature): void {
    const { parent } = node;
    const owner = ts.isInterfaceDeclaration(parent) ? parent.name.text : undefined;
    const comments = ts.getJSDocCommentsAndTags(node).filter(ts.isJSDoc);
    const comment = comments.map(({ comment }) => ts.getTextOfJSDocComment(comment)).join(' ');
    if (owner === undefined) return;
    const name = `${owner}.${node.name.getText()}`;
    this.found.set(node, { name, documented: documentedIn(comment), places: new Map() });
  }

  private optionsOf(symbol: ts.Symbol | undefined): OptionProperty[] {
    return (symbol?.declarations ?? []).flatMap((node) => this.found.get(node) ?? []);
  }

  /** A call that reads options: `where, options, schema`. */
  private addSchema(call: ts.CallExpression): void {
    const names = this.checker.getResolvedSignature(call)?.parameters.map(({ name }) => name);
    const [, options, schema] = call.arguments;
    if (names?.[1] !== 'options' || names[2] !== 'schema' || !options || !schema) return;
    this.addEntries(this.checker.getTypeAtLocation(options), schema);
  }

  private addEntries(type: ts.Type, schema: ts.Node): void {
    for (const [key, entry] of this.entries(schema)) {
      const property = type.getProperty(key);
      const value = this.defaultOf(entry.value);
      for (const option of this.optionsOf(property)) {
        if (value !== undefined) this.addPlace(option, value, true);
        this.found.set(entry.node, option);
      }
      const inner = this.nestedIn(entry.value);
      if (property && inner)
        this.addEntries(
          this.checker.getNonNullableType(this.checker.getTypeOfSymbol(property)),
          inner,
        );
    }
  }

  /** The schema of an option that is an object, also through `optional(nested({}))`. */
  private nestedIn(expression: ts.Node): ts.Node | undefined {
    const node = this.resolved(expression);
    if (!ts.isCallExpression(node)) return undefined;
    if (node.expression.getText() === 'nested') return node.arguments[0];
    for (const argument of node.arguments) {
      const inner = this.nestedIn(argument);
      if (inner) return inner;
    }
    return undefined;
  }

  private addPlace(option: OptionProperty, node: ts.Expression, isInSchema: boolean): void {
    const file = node.getSourceFile();
    const line = file.getLineAndCharacterOfPosition(node.getStart(file)).line + 1;
    const at = `${relative(ROOT, file.fileName).replaceAll('\\', '/')}:${line}`;
    const values = this.valuesOf(node);
    option.places.set(this.resolved(node), {
      at,
      values: values ?? [],
      isComputed: values?.length !== 1,
      isInSchema,
    });
  }

  /** The options of a schema: object literals, constants, members, spreads. */
  private entries(expression: ts.Node): Map<string, { node: ts.Node; value: ts.Node }> {
    const called = this.resolved(expression);
    const maker = ts.isCallExpression(called) ? this.resolved(called.expression) : called;
    const node = ts.isArrowFunction(maker) ? this.resolved(resultOf(maker)) : maker;
    const all = new Map<string, { node: ts.Node; value: ts.Node }>();
    if (!ts.isObjectLiteralExpression(node)) return all;
    for (const one of node.properties)
      if (ts.isSpreadAssignment(one))
        for (const [key, entry] of this.entries(one.expression)) all.set(key, entry);
      else if (ts.isPropertyAssignment(one))
        all.set(one.name.getText(), { node: one, value: one.initializer });
      else if (ts.isShorthandPropertyAssignment(one))
        all.set(one.name.text, { node: one, value: one });
    return all;
  }

  /** What a name or a member stands for. */
  private resolved(node: ts.Node): ts.Node {
    if (
      ts.isAsExpression(node) ||
      ts.isSatisfiesExpression(node) ||
      ts.isParenthesizedExpression(node)
    )
      return this.resolved(node.expression);
    const isMember = ts.isPropertyAccessExpression(node);
    const member = isMember && this.memberOf(node.expression, node.name.text);
    if (member) return member;
    const isShort = ts.isShorthandPropertyAssignment(node);
    if (!isShort && !isMember && !ts.isIdentifier(node)) return node;
    const symbol = isShort
      ? this.checker.getShorthandAssignmentValueSymbol(node)
      : this.checker.getSymbolAtLocation(isMember ? node.name : node);
    if (symbol === undefined) return node;
    const isAlias = symbol.flags & ts.SymbolFlags.Alias;
    const declared = (isAlias ? this.checker.getAliasedSymbol(symbol) : symbol).valueDeclaration;
    if (declared && ts.isVariableDeclaration(declared) && declared.initializer)
      return this.resolved(declared.initializer);
    if (declared && ts.isBindingElement(declared)) {
      const source = declared.parent.parent;
      if (ts.isVariableDeclaration(source) && source.initializer)
        return this.memberOf(source.initializer, keyOf(declared)) ?? node;
    }
    return node;
  }

  private memberOf(object: ts.Node, key: string): ts.Node | undefined {
    const entry = this.entries(object).get(key);
    return entry && this.resolved(entry.value);
  }

  /** The default in `number({ default: 1 })`, also through `seed()`, `either(number({ default: 1 }))` and constants. */
  private defaultOf(expression: ts.Node): ts.Expression | undefined {
    const node = this.resolved(expression);
    if (ts.isArrowFunction(node))
      return node.parameters[2]?.initializer ?? this.defaultOf(resultOf(node));
    if (!ts.isCallExpression(node)) return undefined;
    const called = node.expression.getText().split('.').at(-1);
    if (called === 'orElse') return node.arguments[1];
    for (const argument of node.arguments) {
      const value = ts.isObjectLiteralExpression(argument) && this.entries(argument).get('default');
      if (value) {
        const given = this.resolved(value.value);
        return (ts.isArrowFunction(given) ? given.body : given) as ts.Expression;
      }
      // an option made of another one, such as a number for all or one for each
      const made = ts.isCallExpression(argument) && this.defaultOf(argument);
      if (made && this.valuesOf(made)) return made;
    }
    const kind = this.resolved(node.expression);
    return node.arguments.length === 0 && ts.isArrowFunction(kind)
      ? this.defaultOf(resultOf(kind))
      : undefined;
  }

  /** `{ key = literal }`, `options.key ?? literal` and `||`. */
  private addApplied(node: ts.Node): void {
    if (ts.isBindingElement(node) && node.initializer) {
      for (const option of this.boundOptions(node)) this.addPlace(option, node.initializer, false);
      return;
    }
    if (!ts.isBinaryExpression(node)) return;
    const { kind } = node.operatorToken;
    if (kind !== ts.SyntaxKind.QuestionQuestionToken && kind !== ts.SyntaxKind.BarBarToken) return;
    const { left, right } = node;
    const member = ts.isPropertyAccessExpression(left) ? left.name : left;
    const symbol = this.checker.getSymbolAtLocation(member);
    const declared = symbol?.valueDeclaration;
    const bound = declared && ts.isBindingElement(declared) ? this.boundOptions(declared) : [];
    if (this.valuesOf(right) !== undefined)
      for (const option of [...this.optionsOf(symbol), ...bound])
        this.addPlace(option, right, false);
  }

  private boundOptions(node: ts.BindingElement): OptionProperty[] {
    const source = node.parent.parent;
    if (!ts.isObjectBindingPattern(node.parent) || ts.isBindingElement(source)) return [];
    const from = ts.isVariableDeclaration(source) ? (source.initializer ?? source) : source;
    return this.optionsOf(this.checker.getTypeAtLocation(from).getProperty(keyOf(node)));
  }

  /** The literals that an expression can be; `undefined` for one that is none. */
  private valuesOf(expression: ts.Node): string[] | undefined {
    const node = this.resolved(expression);
    if (ts.isConditionalExpression(node)) {
      const both = [node.whenTrue, node.whenFalse].map((branch) => this.valuesOf(branch));
      return both[0] && both[1] && [...both[0], ...both[1]];
    }
    if (ts.isNumericLiteral(node)) return [String(Number(node.text))];
    if (ts.isStringLiteral(node)) return [`'${node.text}'`];
    if (node.kind === ts.SyntaxKind.TrueKeyword) return ['true'];
    if (node.kind === ts.SyntaxKind.FalseKeyword) return ['false'];
    if (ts.isPrefixUnaryExpression(node)) {
      const [value] = this.valuesOf(node.operand) ?? [];
      return value === undefined ? undefined : [`-${value}`];
    }
    if (ts.isArrayLiteralExpression(node)) {
      const items = node.elements.map((item) => this.valuesOf(item)?.[0]);
      return items.includes(undefined) ? undefined : [`[${items.join(', ')}]`];
    }
    return node.getText() === 'Math.SQRT2' ? [String(Math.SQRT2)] : undefined;
  }
}

const keyOf = (node: ts.BindingElement): string => (node.propertyName ?? node.name).getText();

/** What a function returns at its end. */
const resultOf = ({ body }: ts.ArrowFunction): ts.Node =>
  (ts.isBlock(body) && body.statements.find(ts.isReturnStatement)?.expression) || body;

/** What is wrong with the defaults of one option. */
function* faultsOf({ name, documented, places }: OptionProperty): Generator<string> {
  const all = [...places.values()];
  const inSchema = all.filter((place) => place.isInSchema).length;
  const shown = all
    .map(({ at, values }) => `${values.join(' or ') || 'computed'} (${at})`)
    .join(', ');
  const written = all
    .filter(({ isComputed }) => !isComputed)
    .flatMap(({ values }) => values)
    // nothing, as undefined is
    .filter((value) => inSchema > 0 || (value !== 'false' && value !== '[]'));
  if (new Set(written).size < written.length || (inSchema > 0 && inSchema < all.length))
    yield `${name}: its default stands in more than one place, ${shown}`;
  if (documented.length === 0) return;
  const isAbsent = documented.join() === 'false'; // as undefined is
  if (all.length === 0 && !isAbsent)
    yield `${name}: default ${documented.join(' or ')} in its comment, nowhere in code`;
  const known = all.flatMap(({ values }) => values);
  const isWrong = documented.some((value) => !known.includes(value));
  const isMissing =
    all.every(({ isComputed }) => !isComputed) &&
    known.some((value) => !documented.includes(value));
  const isUnknown = all.some(({ isComputed, values }) => isComputed && values.length === 0);
  if (all.length > 0 && ((isWrong && !isUnknown) || isMissing))
    yield `${name}: default ${documented.join(' or ')} in its comment, ${shown} in code`;
}

/** The defaults of src that are wrong in a comment or stand in two places. */
export function faultyDefaults(changed: ReadonlyMap<string, string> = new Map()): {
  faults: string[];
  /** How many options were compared with their comments. */
  compared: number;
} {
  const options = [...new Defaults(programOf(changed)).options];
  const compared = options.filter(
    ({ documented, places }) => documented.length > 0 && places.size > 0,
  );
  return { faults: options.flatMap((option) => [...faultsOf(option)]), compared: compared.length };
}

/** The text of a file with one part of it exchanged. */
export function changedText(path: string, from: string, to: string): [string, string] {
  const text = readFileSync(join(ROOT, path), 'utf8');
  if (!text.includes(from)) throw new Error(`${path} has no ${from}`);
  return [path, text.replace(from, to)];
}
