// What typedoc does not do by itself: groups the names that the package exports by the part of src/ that they live in, and
// a class's members by the comments between them in its source (`// reductions: ...`); calls a parameter that is taken
// apart "options", and a guide as its heading does.
import { readFileSync } from 'node:fs';
import { relative, sep } from 'node:path';
import { Comment, CommentTag, Converter } from 'typedoc';

const CATEGORIES = {
  'errors.ts': 'Errors',
  'work.ts': 'Training',
  pool: 'Services',
  native: 'libtorch',
  setup: 'libtorch',
  tensor: 'Tensors',
  nn: 'Layers, losses and optimizers',
  models: 'Models',
  data: 'Data',
  evaluation: 'Evaluation',
  report: 'Pictures',
  training: 'Training',
  service: 'Services',
};

/** @param {import('typedoc').Application} app */
export function load({ converter }) {
  converter.on(Converter.EVENT_CREATE_PARAMETER, (_, parameter) => {
    if (parameter.name === '__namedParameters') parameter.name = 'options';
  });
  converter.on(Converter.EVENT_RESOLVE_BEGIN, ({ project }) => {
    const [first] = project.readme ?? [];
    if (first?.kind === 'text') first.text = first.text.replace(/^# .*\n/, ''); // the page has this title already
    for (const guide of project.documents ?? []) guide.name = headingOf(guide) ?? guide.name;
  });
  converter.on(Converter.EVENT_RESOLVE_END, ({ project }) => {
    for (const name of project.children ?? []) {
      const [part] = relative('src', name.sources[0].fullFileName).split(sep);
      if (!(part in CATEGORIES)) throw new Error(`${part} has no category in scripts/typedoc-plugin.mjs`);
      categorize(name, CATEGORIES[part]);
      categorizeMembers(name);
    }
    for (const reflection of Object.values(project.reflections)) delete reflection.sources; // they are not on the site
  });
}

/** @param {import('typedoc').DocumentReflection} guide */
function headingOf({ content }) {
  return /^# (.+)/m.exec(Comment.combineDisplayParts(content))?.[1];
}

/** @param {import('typedoc').DeclarationReflection} type */
function categorizeMembers({ sources, children = [] }) {
  for (const member of children) {
    const [source] = member.sources ?? [];
    if (!source) continue;
    const inherited = source.fullFileName !== sources[0].fullFileName;
    const lines = readFileSync(source.fullFileName, 'utf8').split('\n');
    const above = lines.slice(inherited ? 0 : sources[0].line, source.line);
    const comment = above.findLast((line) => /^ {2}\/\/ \w/.test(line));
    if (comment) categorize(member, titleOf(comment));
  }
}

/** Of "  // reductions: over ..." it is "Reductions". */
function titleOf(comment) {
  const [title] = comment.slice('  // '.length).split(':');
  return title[0].toUpperCase() + title.slice(1);
}

/** @param {import('typedoc').DeclarationReflection} reflection */
function categorize(reflection, category) {
  reflection.comment ??= new Comment();
  reflection.comment.blockTags.push(new CommentTag('@category', [{ kind: 'text', text: category }]));
}
