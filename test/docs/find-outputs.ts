import ts from 'typescript';
import { type Output, oneLine } from './output';

/** A program whose checked `console.log`s have become `printedAt(LINE)`, and what they should print. */
interface CheckedProgram {
  checked: string;
  expected: Output[];
}

/** Looks for the statements `console.log(...); // OUTPUT`. */
export function findOutputs(code: string): CheckedProgram {
  const source = ts.createSourceFile('example.mts', code, ts.ScriptTarget.Latest, true);
  const expected: Output[] = [];
  let checked = code;
  const visit = (node: ts.Node): void => {
    // The last first, so that the positions of those before stay right.
    for (const child of node.getChildren().toReversed()) visit(child);
    const text = commentAfter(node);
    if (!isConsoleLog(node) || text === undefined) return;
    const line = source.getLineAndCharacterOfPosition(node.getStart()).line + 1;
    const callee = node.expression.expression;
    checked = `${checked.slice(0, callee.getStart())}printedAt(${line})${checked.slice(callee.end)}`;
    expected.unshift({ line, text });
  };
  visit(source);
  return { checked, expected };
}

function isConsoleLog(node: ts.Node): node is ts.ExpressionStatement & { expression: ts.CallExpression } {
  if (!ts.isExpressionStatement(node) || !ts.isCallExpression(node.expression)) return false;
  return node.expression.expression.getText() === 'console.log';
}

function commentAfter(node: ts.Node): string | undefined {
  const { text } = node.getSourceFile();
  const [comment] = ts.getTrailingCommentRanges(text, node.end) ?? [];
  return comment && oneLine(text.slice(comment.pos, comment.end).replace(/^\/\//, ''));
}
