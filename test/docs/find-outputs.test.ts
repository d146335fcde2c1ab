import { findOutputs } from './find-outputs';
import { codeOf } from './program';

test('code keeps its lines, and only blocks of ts are code', () => {
  const lines = ['Text', '```python', 'print(1)', '```', '```ts', 'one();', '```', '```ts', 'two();', '```'];
  expect(codeOf(lines, 2).split('\n')).toEqual(['', '', '', '', '', '', '', 'one();', '', '', 'two();', '']);
});

test('a comment after console.log is what it has to print, wherever the statement is', () => {
  const code = `
const x = [1, 2];
console.log(x); //  [ 1,   2 ]
if (x) {
  console.log(
    'a; b // c',
  ); // a; b // c
  console.log('free');
}
other(x); // no output
console.log(x.map((each) => console.log(each)));
`;
  const { checked, expected } = findOutputs(code);
  expect(expected).toEqual([
    { line: 3, text: '[ 1, 2 ]' },
    { line: 5, text: 'a; b // c' },
  ]);
  expect(checked).toBe(
    code.replace('console.log(x);', 'printedAt(3)(x);').replace('console.log(\n', 'printedAt(5)(\n'),
  );
});
