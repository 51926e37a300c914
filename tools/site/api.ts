import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { Application } from 'typedoc';
import type { ProjectReflection } from 'typedoc';
import { MarkdownPageEvent } from 'typedoc-plugin-markdown';
import { GENERATED, ROOT } from './addresses.js';
import { describeEntryPoints, distribute, entryPoint, specifierOf } from './api_entries.js';
import { tidyPage } from './api_page.js';

const OPTIONS = {
  options: resolve(ROOT, 'typedoc.json'),
  plugin: ['typedoc-plugin-markdown'],
  out: resolve(GENERATED, 'api'),
  router: 'member',
  readme: 'none',
  projectDocuments: [],
  entryFileName: 'index',
  hidePageHeader: true,
  hideBreadcrumbs: true,
  useCodeBlocks: true,
  expandParameters: true,
  indexFormat: 'table',
  parametersFormat: 'table',
  logLevel: 'Warn' as const,
  pageTitleTemplates: {
    index: 'API',
    member: ({ name }: { name: string }) => name.replace('()', ''),
    module: ({ name }: { name: string }) => specifierOf(name),
  },
};

async function readDocComments(): Promise<{ app: Application; project: ProjectReflection }> {
  const app = await Application.bootstrapWithPlugins(OPTIONS);
  const project = await app.convert();
  if (project === undefined) throw new Error('the doc comments cannot be read');
  distribute(project);
  return { app, project };
}

/** Makes the API pages from the doc comments, one for each function, and the list that the sidebar shows. */
export async function makeAPI(): Promise<void> {
  const { app, project } = await readDocComments();
  const descriptions = describeEntryPoints();
  app.renderer.on(MarkdownPageEvent.END, (page) => {
    page.contents = tidyPage(page, app.renderer.router!, descriptions);
  });
  await app.generateOutputs(project);
  if (app.logger.hasErrors() || app.logger.hasWarnings())
    throw new Error('typedoc complains; see above');
  const entries = project.children!.map((module) => entryPoint(module));
  writeFileSync(resolve(GENERATED, 'api.json'), JSON.stringify(entries));
}
