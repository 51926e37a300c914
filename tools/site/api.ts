import { resolve } from 'node:path';
import { Application } from 'typedoc';
import { GENERATED, ROOT } from './addresses.js';

/** Makes the API pages from the doc comments, one a function. */
export async function makeAPI(): Promise<void> {
  const options = {
    options: resolve(ROOT, 'typedoc.json'),
    plugin: ['typedoc-plugin-markdown'],
    out: resolve(GENERATED, 'api'),
    router: 'member',
    readme: 'none',
    projectDocuments: [],
    entryFileName: 'index',
    hidePageHeader: true,
    hideBreadcrumbs: true,
  };
  const app = await Application.bootstrapWithPlugins(options);
  const project = await app.convert();
  if (project === undefined) throw new Error('the doc comments cannot be read');
  await app.generateOutputs(project);
  if (app.logger.hasErrors() || app.logger.hasWarnings())
    throw new Error('typedoc complains; see above');
}
