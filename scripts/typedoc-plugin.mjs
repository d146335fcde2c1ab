// Groups the documentation by the part of src/ that a name lives in, and gives parameters that are taken apart a name.
import { relative, sep } from 'node:path';
import { Comment, CommentTag, Converter } from 'typedoc';

const CATEGORIES = {
  'errors.ts': 'Errors',
  native: 'libtorch',
  tensor: 'Tensors',
  nn: 'Layers, losses and optimizers',
  models: 'Models',
  data: 'Data',
  evaluation: 'Evaluation',
  report: 'Pictures',
  training: 'Training',
};

/** @param {import('typedoc').Application} app */
export function load({ converter }) {
  converter.on(Converter.EVENT_CREATE_PARAMETER, (_, parameter) => {
    if (parameter.name === '__namedParameters') parameter.name = 'options';
  });
  converter.on(Converter.EVENT_RESOLVE_END, ({ project }) => {
    for (const name of project.children ?? []) categorize(name);
  });
}

/** @param {import('typedoc').DeclarationReflection} name exported by the package */
function categorize(name) {
  const [part] = relative('src', name.sources[0].fullFileName).split(sep);
  if (!(part in CATEGORIES)) throw new Error(`${part} has no category in scripts/typedoc-plugin.mjs`);
  name.comment ??= new Comment();
  name.comment.blockTags.push(new CommentTag('@category', [{ kind: 'text', text: CATEGORIES[part] }]));
}
