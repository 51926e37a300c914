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
  readonly tags: readonly string[];
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

function compilerOptions(): ts.CompilerOptions {
  const path = resolve(ROOT, 'tsconfig.json');
  const { config } = ts.readConfigFile(path, (file) => ts.sys.readFile(file)) as {
    config: unknown;
  };
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, ROOT);
  return { ...options, moduleDetection: ts.ModuleDetectionKind.Force };
}

function fences(name: string, text: string): Example[] {
  const blocks = [...text.matchAll(/^```ts(?<mark>[^\n]*)\n(?<code>[\s\S]*?)^```/gm)];
  return blocks.map(({ groups }, k) => ({
    name: blocks.length > 1 ? `${name} #${k + 1}` : name,
    code: groups!.code!,
    runs: groups!.mark!.trim() !== 'no-run',
  }));
}

/** Every runtime export with its doc comment. */
export function publicExports(): PublicExport[] {
  const entries = entryPoints();
  const program = ts.createProgram([...entries.values()], compilerOptions());
  const checker = program.getTypeChecker();
  const seen = new Set<ts.Symbol>();
  const found: PublicExport[] = [];
  for (const [entry, path] of entries) {
    const source = program.getSourceFile(path);
    const module = source && checker.getSymbolAtLocation(source);
    if (module === undefined) throw new Error(`${entry}: ${path} is no module`);
    for (const exported of checker.getExportsOfModule(module)) {
      const symbol =
        exported.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(exported) : exported;
      const isNamespace = symbol.flags & ts.SymbolFlags.ValueModule;
      if (!(symbol.flags & ts.SymbolFlags.Value) || isNamespace || seen.has(symbol)) continue;
      seen.add(symbol);
      const tags = symbol.getJsDocTags(checker);
      const textOf = (tag: ts.JSDocTagInfo): string => ts.displayPartsToString(tag.text);
      const [signature] = checker.getTypeOfSymbolAtLocation(symbol, source!).getCallSignatures();
      found.push({
        entry,
        name: exported.name,
        comment: ts.displayPartsToString(symbol.getDocumentationComment(checker)),
        tags: tags.map((tag) => `@${tag.name} ${textOf(tag)}`),
        parameters: (signature?.parameters ?? [])
          .map(({ name }) => name)
          .filter((name) => !name.startsWith('__')),
        documentedParameters: tags
          .filter((tag) => tag.name === 'param')
          .map((tag) => textOf(tag).split(/[\s.]/, 1)[0]!),
        examples: tags
          .filter((tag) => tag.name === 'example')
          .flatMap((tag) => fences(`${entry}: ${exported.name}`, `${textOf(tag)}\n`)),
      });
    }
  }
  return found;
}

/** The ```ts blocks of the README and the guides. */
export function guideExamples(): Example[] {
  const guides = readdirSync(resolve(ROOT, 'docs'))
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`);
  return ['README.md', ...guides]
    .filter((path) => existsSync(resolve(ROOT, path)))
    .flatMap((path) => fences(path, readFileSync(resolve(ROOT, path), 'utf8')));
}

/** The type errors of each example, by its name. */
export function typeErrors(examples: readonly Example[]): Map<string, string[]> {
  const files = new Map(
    examples.map(({ code }, k) => [resolve(ROOT, `test/docs/example_${k}.ts`), code]),
  );
  const disk = ts.createCompilerHost(compilerOptions());
  const host: ts.CompilerHost = {
    ...disk,
    fileExists: (path) => files.has(path) || disk.fileExists(path),
    getSourceFile: (path, language, ...rest) => {
      const code = files.get(path);
      return code === undefined
        ? disk.getSourceFile(path, language, ...rest)
        : ts.createSourceFile(path, code, language);
    },
  };
  const program = ts.createProgram([...files.keys()], compilerOptions(), host);
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
