import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { resolve } from 'node:path';
import ts from 'typescript';

const ROOT = resolve(import.meta.dirname, '../..');

/** A fenced ```ts block of a doc comment or a guide. */
export interface Example {
  readonly name: string;
  readonly code: string;
  /** False for a block marked `no-run`; it is type-checked all the same. */
  readonly runs: boolean;
}

/** A runtime export of the root or of a sub-path. */
export interface PublicExport {
  readonly entry: string;
  readonly name: string;
  readonly comment: string;
  readonly parameters: readonly string[];
  readonly documentedParameters: readonly string[];
  readonly examples: readonly Example[];
}

/** What a program may import, and the source that stands behind it: `gan-kit/losses` → its barrel. */
export function entryPoints(): Map<string, string> {
  const { exports } = JSON.parse(readFileSync(resolve(ROOT, 'package.json'), 'utf8')) as {
    exports: Record<string, string | { default: string }>;
  };
  const entries = new Map<string, string>();
  for (const [key, target] of Object.entries(exports))
    if (typeof target === 'object') {
      const source = target.default.replace('./dist/', 'src/').replace(/\.js$/, '.ts');
      entries.set(key.replace(/^\./, 'gan-kit'), resolve(ROOT, source));
    }
  return entries;
}

function readOptions(): ts.CompilerOptions {
  const path = resolve(ROOT, 'tsconfig.json');
  const { config } = ts.readConfigFile(path, (file) => ts.sys.readFile(file)) as {
    config: unknown;
  };
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, ROOT);
  return { ...options, moduleDetection: ts.ModuleDetectionKind.Force };
}

const OPTIONS = readOptions();
const DISK = ts.createCompilerHost(OPTIONS);
const parsed = new Map<string, ts.SourceFile | undefined>();

/** The disk, each file parsed once for all programs, and files that are only in memory. */
function compilerHost(inMemory: ReadonlyMap<string, string> = new Map()): ts.CompilerHost {
  return {
    ...DISK,
    fileExists: (path) => inMemory.has(path) || DISK.fileExists(path),
    getSourceFile: (path, language, ...rest) => {
      const code = inMemory.get(path);
      if (code !== undefined) return ts.createSourceFile(path, code, language);
      if (!parsed.has(path)) parsed.set(path, DISK.getSourceFile(path, language, ...rest));
      return parsed.get(path);
    },
  };
}

function fences(name: string, text: string): Example[] {
  const blocks = [...text.matchAll(/^```ts(?<mark>[^\n]*)\n(?<code>[\s\S]*?)^```/gm)];
  return blocks.map(({ groups }, k) => ({
    name: blocks.length > 1 ? `${name} #${k + 1}` : name,
    code: groups!.code!,
    runs: groups!.mark!.trim() !== 'no-run',
  }));
}

/** The exports of each entry point, aliases resolved. */
function* exportedSymbols(
  program: ts.Program,
): Generator<{ entry: string; source: ts.SourceFile; name: string; symbol: ts.Symbol }> {
  const checker = program.getTypeChecker();
  for (const [entry, path] of entryPoints()) {
    const source = program.getSourceFile(path);
    const module = source && checker.getSymbolAtLocation(source);
    if (source === undefined || module === undefined) throw new Error(`${path} is no module`);
    for (const exported of checker.getExportsOfModule(module)) {
      const isAlias = exported.flags & ts.SymbolFlags.Alias;
      const symbol = isAlias ? checker.getAliasedSymbol(exported) : exported;
      yield { entry, source, name: exported.name, symbol };
    }
  }
}

/** Every runtime export with its doc comment, and the options that have none. */
export function publicFace(): { exports: PublicExport[]; bareOptions: string[] } {
  const program = ts.createProgram([...entryPoints().values()], OPTIONS, compilerHost());
  const checker = program.getTypeChecker();
  const seen = new Set<ts.Symbol>();
  const found: PublicExport[] = [];
  const bareOptions = new Set<string>();
  const commentOf = (symbol: ts.Symbol): string =>
    ts.displayPartsToString(symbol.getDocumentationComment(checker)).trim();
  for (const { entry, source, name, symbol } of exportedSymbols(program)) {
    if (name.endsWith('Options'))
      for (const option of checker.getDeclaredTypeOfSymbol(symbol).getProperties())
        if (commentOf(option) === '') bareOptions.add(`${name}.${option.name}`);
    const isNamespace = symbol.flags & ts.SymbolFlags.ValueModule;
    if (!(symbol.flags & ts.SymbolFlags.Value) || isNamespace || seen.has(symbol)) continue;
    seen.add(symbol);
    const tags = symbol.getJsDocTags(checker);
    const textOf = (tag: ts.JSDocTagInfo): string => ts.displayPartsToString(tag.text);
    const [signature] = checker.getTypeOfSymbolAtLocation(symbol, source).getCallSignatures();
    found.push({
      entry,
      name,
      comment: commentOf(symbol),
      parameters: (signature?.parameters ?? [])
        .map((parameter) => parameter.name)
        .filter((parameter) => !parameter.startsWith('__')), // destructured
      documentedParameters: tags
        .filter((tag) => tag.name === 'param')
        .map((tag) => textOf(tag).split(/[\s.]/, 1)[0]!),
      examples: tags
        .filter((tag) => tag.name === 'example')
        .flatMap((tag) => fences(`${entry}: ${name}`, `${textOf(tag)}\n`)),
    });
  }
  return { exports: found, bareOptions: [...bareOptions] };
}

/** The ```ts blocks of the README and the guides. */
export function guideExamples(): Example[] {
  const guides = readdirSync(resolve(ROOT, 'docs'), { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.md') && !path.startsWith('api'))
    .map((path) => `docs/${path}`);
  return ['README.md', 'CONTRIBUTING.md', ...guides]
    .filter((path) => existsSync(resolve(ROOT, path)))
    .flatMap((path) => fences(path, readFileSync(resolve(ROOT, path), 'utf8')));
}

/** The type errors of each example, by its name. */
export function typeErrors(examples: readonly Example[]): Map<string, string[]> {
  const files = new Map(
    examples.map(({ code }, k) => [resolve(ROOT, `test/docs/example_${k}.ts`), code]),
  );
  const program = ts.createProgram([...files.keys()], OPTIONS, compilerHost(files));
  return new Map(
    [...files.keys()].map((path, k) => {
      const diagnostics = ts.getPreEmitDiagnostics(program, program.getSourceFile(path));
      const lines = diagnostics.map(({ messageText, file, start }) => {
        const line = file?.getLineAndCharacterOfPosition(start ?? 0).line ?? 0;
        return `line ${line + 1}: ${ts.flattenDiagnosticMessageText(messageText, ' ')}`;
      });
      return [examples[k]!.name, lines];
    }),
  );
}
