import { join } from 'node:path';
import ts from 'typescript';
import { root } from './program';

/** What strict TypeScript says of files that are ES modules of Node's, by file: "LINE: message". */
export function checkTypes(files: string[]): Map<string, string[]> {
  const program = ts.createProgram(files, {
    strict: true,
    noUncheckedIndexedAccess: true,
    module: ts.ModuleKind.Node16,
    target: ts.ScriptTarget.ES2022,
    noEmit: true,
    skipLibCheck: true,
    types: ['node'],
    typeRoots: [join(root, 'node_modules', '@types')],
  });
  const errors = new Map<string, string[]>();
  for (const { file, start, messageText } of ts.getPreEmitDiagnostics(program)) {
    const line = file ? file.getLineAndCharacterOfPosition(start!).line + 1 : 0;
    const text = `${line}: ${ts.flattenDiagnosticMessageText(messageText, '\n')}`;
    errors.set(file?.fileName ?? '', [...(errors.get(file?.fileName ?? '') ?? []), text]);
  }
  return errors;
}
