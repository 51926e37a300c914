import { existsSync, readFileSync } from 'node:fs';
import { dirname, relative, resolve } from 'node:path';
import type { DefaultTheme } from 'vitepress';
import { GENERATED, ROOT, addressOf } from './addresses.js';
import type { EntryPoint } from './api_entries.js';
import { read } from './pages.js';

type Item = DefaultTheme.SidebarItem;

const LINK = /\[([^\]]+)\]\(([^)#]+)\)/g;

/** The links of the lists of a page, or of the first cells of its tables, with their texts, one group for each list. */
function listsOf(file: string): Item[][] {
  const lists: Item[][] = [];
  let isWithin = false;
  for (const line of read(file).split('\n')) {
    const [item] = /^(?:-|\d+\.) .*|^\| \[.*?\|/.exec(line) ?? [];
    if (item === undefined) isWithin &&= line.startsWith(' ');
    else {
      if (!isWithin) lists.push([]);
      isWithin = true;
      for (const [, text, path] of item.matchAll(LINK)) {
        const link = addressOf(relative(ROOT, resolve(ROOT, dirname(file), path!)));
        const title = /\d/.test(text!) ? text! : text![0]!.toUpperCase() + text!.slice(1);
        if (link !== undefined) lists.at(-1)!.push({ text: title, link });
      }
    }
  }
  return lists.filter((list) => list.length > 0);
}

/** The API as far as it has been read. */
function entryPoints(): readonly EntryPoint[] {
  const path = resolve(GENERATED, 'api.json');
  return existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as EntryPoint[]) : [];
}

/** Where the pages of functions, classes and values are, by their names. */
export function apiAddresses(): ReadonlyMap<string, string> {
  const groups = entryPoints().flatMap((entry) => entry.groups);
  const values = groups.filter(({ title }) => title !== 'Types').flatMap(({ members }) => members);
  return new Map(values.map(({ name, address }) => [name, address]));
}

function apiSidebar(): DefaultTheme.SidebarMulti {
  const entries = entryPoints();
  const all: Item = {
    text: 'Entry points',
    items: entries.map(({ name, address }) => ({ text: name, link: address })),
  };
  const own = entries.map(({ name, address, groups }) => {
    const items = groups.map(({ title, members }) => ({
      text: title,
      items: members.map((member) => ({ text: member.name, link: member.address })),
    }));
    return [address, [{ text: name, link: address, items }, all]] as const;
  });
  return { '/api/': [all], ...Object.fromEntries(own) };
}

/** The sidebars of all parts of the site, in the order of docs/README.md and docs/papers/README.md. */
export function sidebars(): DefaultTheme.SidebarMulti {
  const [guides = [], papers = [], measured = [], reference = []] = listsOf('docs/README.md');
  const guide: Item[] = [
    {
      text: 'Guides',
      items: [...guides, { text: 'Everything at a glance', link: '/guide/overview' }],
    },
    { text: 'Paper by paper', items: papers },
    { text: 'What was measured', items: measured },
    { text: 'For reference', items: reference },
  ];
  const [differences = []] = listsOf('docs/differences.md');
  return {
    '/guide/': guide,
    '/differences/': [
      {
        text: 'Differences',
        items: [{ text: 'In general', link: '/differences/' }, ...differences],
      },
      ...guide,
    ],
    '/papers/': [
      { text: 'Papers', link: '/papers/', items: listsOf('docs/papers/README.md').flat() },
    ],
    '/source/': guide,
    ...Object.fromEntries(
      ['/changelog', '/contributing', '/security', '/licenses'].map((page) => [page, guide]),
    ),
    ...apiSidebar(),
  };
}
