import { format } from 'node:util';
import ts from 'typescript';

/** What a `console.log(…); // → TEXT` of an example promises, and what it printed. */
export interface Claim {
  readonly expected: string;
  readonly printed: string[];
}

type Modules = ReadonlyMap<string, unknown>;
type AsyncFunction = (...values: unknown[]) => Promise<void>;
const AsyncFunction = (async () => {}).constructor as new (...source: string[]) => AsyncFunction;

/** Turns each claimed `console.log(…)` into `claim(k)(…)`. */
function markClaims(code: string): { marked: string; expected: string[] } {
  const source = ts.createSourceFile('example.ts', code, ts.ScriptTarget.ES2022, true);
  const expected: string[] = [];
  let marked = '';
  let done = 0;
  const visit = (node: ts.Node): void => {
    if (ts.isExpressionStatement(node) && ts.isCallExpression(node.expression)) {
      const callee = node.expression.expression;
      const comments = ts.getTrailingCommentRanges(code, node.end) ?? [];
      const promise = comments
        .map(({ pos, end }) => /^\/\/ → (.*)$/.exec(code.slice(pos, end))?.[1])
        .find((text) => text !== undefined);
      if (promise !== undefined && callee.getText() === 'console.log') {
        marked += `${code.slice(done, callee.getStart())}claim(${expected.length})`;
        done = callee.end;
        expected.push(promise.trim());
      }
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return { marked: marked + code.slice(done), expected };
}

/** Runs an example with the modules it may import; returns its claims. */
export async function runExample(code: string, modules: Modules): Promise<Claim[]> {
  const { marked, expected } = markClaims(code);
  const arrows = code.match(/\/\/ →/g)?.length ?? 0;
  if (arrows !== expected.length)
    throw new Error('a `// →` must follow a console.log(…); statement on its last line');
  const { outputText } = ts.transpileModule(marked, {
    compilerOptions: {
      module: ts.ModuleKind.CommonJS,
      target: ts.ScriptTarget.ES2022,
      moduleDetection: ts.ModuleDetectionKind.Force,
      esModuleInterop: true,
    },
  });
  const claims = expected.map((text) => ({ expected: text, printed: [] as string[] }));
  const claim =
    (k: number) =>
    (...values: unknown[]) =>
      claims[k]!.printed.push(format(...values).replace(/\s+/g, ' '));
  const require = (specifier: string): unknown => {
    if (!modules.has(specifier)) throw new Error(`an example may not import '${specifier}'`);
    return modules.get(specifier);
  };
  const quiet = { ...console, log: () => {} };
  const run = new AsyncFunction('require', 'exports', 'console', 'claim', outputText);
  await run(require, {}, quiet, claim);
  return claims;
}

const NUMBER = /-?\d+(\.\d+)?(e[+-]?\d+)?/g;

/** Whether a printed line is the claimed one, numbers compared to the digits that were written. */
export function agrees(printed: string, expected: string): boolean {
  if (printed.replace(NUMBER, '#') !== expected.replace(NUMBER, '#')) return false;
  const got = printed.match(NUMBER) ?? [];
  return (expected.match(NUMBER) ?? []).every((text, k) => {
    const [mantissa, exponent = '0'] = text.split('e');
    const digits = mantissa!.split('.')[1]?.length ?? 0;
    const half = digits === 0 ? 0 : 0.5 * 10 ** (Number(exponent) - digits);
    return Math.abs(Number(got[k]) - Number(text)) <= half * (1 + 1e-9);
  });
}
