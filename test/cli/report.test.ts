import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { co2, runCli, trainArticle, useTemporaryFolder } from './cli';

const folder = useTemporaryFolder();

test('the report goes into the run folder, or where it is told to', async () => {
  const cwd = folder();
  const args = ['--data', co2, '--column', 'CO2', '--hidden', '4', '--epochs', '1', '--out', 'it is a run'];
  await runCli([...trainArticle, ...args], { cwd });
  const page = () => readFileSync(join(cwd, 'it is a run', 'report.html'), 'utf8');
  expect(page()).toContain('<h1>it is a run</h1>'); // the training left it, with an evaluation
  expect(page()).toContain('error relative to the seasonal naive’s');
  rmSync(join(cwd, 'it is a run', 'evaluation.json'));
  expect(await runCli(['report', 'it is a run'], { cwd })).toEqual({
    status: 0,
    stdout: '',
    stderr: `The report is in ${join('it is a run', 'report.html')}\n`,
  });
  expect(page()).toContain('evaluate &#39;it is a run&#39;</code>');
  expect(await runCli(['report', 'it is a run', '--out', 'page.html'], { cwd })).toMatchObject({ status: 0 });
  expect(existsSync(join(cwd, 'page.html'))).toBe(true);
});

test('failures name the path', async () => {
  const cwd = folder();
  expect(await runCli(['report', 'nowhere'], { cwd })).toMatchObject({
    status: 1,
    stderr: expect.stringMatching(/^error: Cannot read the run folder nowhere/),
  });
  await runCli(['train', 'gan', '--as-written', '--epochs', '1', '--out', 'run'], { cwd });
  expect(await runCli(['report', 'run', '--out', 'no/page.html'], { cwd })).toMatchObject({
    status: 1,
    stderr: expect.stringMatching(/^error: Cannot write no\/page\.html: no such file or folder/),
  });
});
