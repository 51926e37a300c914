import { ReflectionGroup, ReflectionKind } from 'typedoc';
import type { DeclarationReflection, ProjectReflection } from 'typedoc';
import { linkPage } from './links.js';
import { read } from './pages.js';

/** An entry point and what it exports, for the sidebar. */
export interface EntryPoint {
  /** What programs import from: `gan-kit/losses`. */
  readonly name: string;
  readonly address: string;
  readonly groups: readonly {
    readonly title: string;
    readonly members: readonly { readonly name: string; readonly address: string }[];
  }[];
}

const ROOT_MODULE = 'gan-kit';
const GROUPS = [
  { title: 'Functions', folders: { [ReflectionKind.Function]: 'functions' } },
  { title: 'Classes', folders: { [ReflectionKind.Class]: 'classes' } },
  { title: 'Values', folders: { [ReflectionKind.Variable]: 'variables' } },
  {
    title: 'Types',
    folders: {
      [ReflectionKind.Interface]: 'interfaces',
      [ReflectionKind.TypeAlias]: 'type-aliases',
    },
  },
] as const;

const groupsOf = (
  members: readonly DeclarationReflection[],
): { title: string; members: { reflection: DeclarationReflection; folder: string }[] }[] =>
  GROUPS.map(({ title, folders }) => ({
    title,
    members: members
      .filter(({ kind }) => kind in folders)
      .map((reflection) => ({
        reflection,
        folder: (folders as Record<number, string>)[reflection.kind]!,
      }))
      .sort((a, b) => a.reflection.name.localeCompare(b.reflection.name)),
  })).filter(({ members }) => members.length > 0);

/**
 * Moves what the root passes on to the entry point that it comes from: typedoc takes the root for its
 * home, and lists references elsewhere.
 */
export function distribute(project: ProjectReflection): void {
  const modules = project.children!;
  const root = modules.find(({ name }) => name === 'index')!;
  root.name = ROOT_MODULE;
  for (const module of modules)
    module.children = module.children!.map((child) => {
      const target = child.isReference() ? child.getTargetReflectionDeep() : child;
      if (module === root || target.parent !== root) return child;
      target.parent = module;
      return target as DeclarationReflection;
    });
  for (const module of modules) {
    module.children = module.children!.filter(
      (child) => !child.isReference() && child.parent === module,
    );
    module.groups = groupsOf(module.children).map(({ title, members }) => {
      const group = new ReflectionGroup(title, module);
      group.children = members.map(({ reflection }) => reflection);
      return group;
    });
  }
}

/** The specifier that programs import a member of a module from. */
export const specifierOf = (module: string): string =>
  module === ROOT_MODULE ? module : `${ROOT_MODULE}/${module}`;

/** What the README says of each entry point, by its specifier. */
export function describeEntryPoints(): ReadonlyMap<string, string> {
  const bullets = /\n## The blocks\n([\s\S]*?)\n#/.exec(read('README.md'))![1]!;
  const found = [...bullets.matchAll(/^- \*\*`([\w/-]+)`\*\*: ((?:.+\n)(?: {2}.+\n)*)/gm)];
  return new Map(
    found.map(([, name, text]) => {
      const line = text!.replace(/\s+/g, ' ').trim();
      return [name!, `${linkPage('README.md', line).text}.`] as const;
    }),
  );
}

/** Lists what a module exports. */
export function entryPoint({ name, children }: DeclarationReflection): EntryPoint {
  const address = `/api/${name}/`;
  const groups = groupsOf(children!).map(({ title, members }) => ({
    title,
    members: members.map(({ reflection, folder }) => ({
      name: reflection.name,
      address: `${address}${folder}/${reflection.name}`,
    })),
  }));
  return { name: specifierOf(name), address, groups };
}
