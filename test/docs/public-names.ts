import { join, relative } from 'node:path';
import ts from 'typescript';
import { codeOf, type Program, root } from './program';

/** A name that the package exports. */
interface PublicName {
  /** With its place: "randn (src/tensor/random.ts:85)". */
  name: string;
  /** A function, class or constant rather than only a type. */
  isValue: boolean;
  hasSummary: boolean;
  /** Its own `@example`s and those of its members. */
  examples: Program[];
}

/** All that src/index.ts exports, as the compiler sees it. */
export function publicNames(): PublicName[] {
  const { config } = ts.readConfigFile(join(root, 'tsconfig.json'), ts.sys.readFile);
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, root);
  const index = join(root, 'src', 'index.ts');
  const program = ts.createProgram([index], options);
  const checker = program.getTypeChecker();
  const exported = checker.getExportsOfModule(checker.getSymbolAtLocation(program.getSourceFile(index)!)!);
  return exported.map((each) => {
    const symbol = each.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(each) : each;
    const declarations = symbol.declarations!;
    return {
      name: `${symbol.name} (${placeOf(declarations[0]!)})`,
      isValue: (symbol.flags & ts.SymbolFlags.Value) !== 0,
      hasSummary: symbol.getDocumentationComment(checker).length > 0,
      examples: declarations.flatMap((declaration) => examplesOf(symbol.name, declaration)),
    };
  });
}

function examplesOf(name: string, declaration: ts.Node): Program[] {
  const tags = ts.getJSDocTags(declaration).filter((tag) => tag.tagName.text === 'example');
  const own = tags.map((tag) => ({ name: `${name} (${placeOf(tag)})`, code: codeIn(tag) }));
  const hasMembers = ts.isClassDeclaration(declaration) || ts.isInterfaceDeclaration(declaration);
  const members: readonly ts.NamedDeclaration[] = hasMembers ? declaration.members : [];
  const nameOf = (member: ts.NamedDeclaration) => `${name}.${member.name?.getText() ?? 'constructor'}`;
  return [...own, ...members.flatMap((member) => examplesOf(nameOf(member), member))];
}

/** From the source, as the compiler's text of a tag has lost the lines' indentation. */
function codeIn(tag: ts.JSDocTag): string {
  const start = lineOf(tag.getStart(), tag);
  const all = tag.getSourceFile().text.split('\n');
  const lines = all.slice(start, lineOf(tag.end, tag) + 1);
  const code = lines.map((line) => line.replace(/^\s*\* ?/, ''));
  return codeOf(code, start);
}

function placeOf(node: ts.Node): string {
  return `${relative(root, node.getSourceFile().fileName)}:${lineOf(node.getStart(), node) + 1}`;
}

/** From 0. */
function lineOf(position: number, node: ts.Node): number {
  return node.getSourceFile().getLineAndCharacterOfPosition(position).line;
}
