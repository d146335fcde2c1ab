// Writes the documentation site to build/docs: the API and the guides by typedoc, with the reports of `demo` as live
// examples; then checks all links within it.
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { build } from './build';
import { root } from './if-changed';
import { runMain } from './run-main';

const site = join(root, 'build', 'docs');
const examples = join(root, 'build', 'examples');

async function main(): Promise<void> {
  process.chdir(root);
  await build();
  writeExamples();
  await writeSite();
  await checkLinks();
}

function writeExamples(): void {
  rmSync(examples, { recursive: true, force: true });
  mkdirSync(examples, { recursive: true });
  execFileSync(process.execPath, [join(root, 'lib', 'cli', 'main.js'), 'demo'], { cwd: examples, stdio: 'ignore' });
  for (const name of ['digits', 'co2']) {
    cpSync(join(examples, 'runs', `demo-${name}`, 'report.html'), join(examples, `${name}.html`));
  }
}

async function writeSite(): Promise<void> {
  const { Application, TSConfigReader, TypeDocReader } = await import('typedoc');
  rmSync(site, { recursive: true, force: true });
  const app = await Application.bootstrapWithPlugins({ options: 'typedoc.json' }, [
    new TypeDocReader(),
    new TSConfigReader(),
  ]);
  const guides = app.options.getValue('projectDocuments');
  app.options.setValue('projectDocuments', [...guides, 'scripts/site/examples.md']);
  const project = await app.convert();
  if (!project) throw new Error('typedoc could not read the sources');
  app.validate(project);
  await app.generateDocs(project, site);
  if (app.logger.hasErrors() || app.logger.hasWarnings()) throw new Error('typedoc has warned: see above');
}

async function checkLinks(): Promise<void> {
  const { LinkChecker } = await import('linkinator');
  const checker = new LinkChecker();
  const { links } = await checker.check({
    path: ['**/*.html'],
    serverRoot: site,
    recurse: false,
    linksToSkip: ['^https?://(?!localhost)'],
  });
  const broken = links.filter(({ state }) => state === 'BROKEN');
  if (links.length === 0) throw new Error('No links were found');
  if (broken.length > 0) {
    throw new Error(`Broken links:\n${broken.map(({ parent, url }) => `  ${parent}: ${url}`).join('\n')}`);
  }
  console.log(`${links.length} links are sound; the site is in ${site}`);
}

runMain(main);
