import { appendFileSync, cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { encodeGrid } from '../../src/report/png';
import { writeRunReport } from '../../src/training/run-report';
import { trainGan } from '../../src/training/train-gan';
import { trainMdnRnn } from '../../src/training/train-mdn-rnn';
import { co2, runCli } from '../cli/cli';
import { errorOf } from '../error-of';
import { marksOf, testInBrowser, useBrowser } from '../report/browser';

const open = useBrowser();
let folder: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'libtorch-generative-test-'));
  cpSync(co2, at('co2.csv'));
  const series = {
    data: at('co2.csv'),
    column: 'CO2',
    time: 'Date',
    preset: 'article',
    hidden: 8,
    window: 12,
  } as const;
  await trainMdnRnn({ ...series, epochs: 2, out: at('co2') }).result;
  await trainMdnRnn({ ...series, epochs: 3, resume: at('co2') }).result;
  await trainGan({ epochs: 2, hidden: 8, preset: 'article', out: at('gan') }).result;
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function at(...names: string[]): string {
  return join(folder, ...names);
}

/** A copy of a run, to be spoilt. */
function copyOf(run: string): string {
  const copy = mkdtempSync(at('copy-'));
  cpSync(at(run), copy, { recursive: true });
  return copy;
}

const reportOf = (run: string) => readFileSync(writeRunReport(run), 'utf8');

testInBrowser('an MDN-RNN that was resumed and evaluated', async () => {
  const { status } = await runCli(['evaluate', at('co2'), '--horizon', '6']);
  expect(status).toBe(0);
  const { page, complaints } = await open(writeRunReport(at('co2')));
  expect(complaints).toEqual([]);
  expect(await marksOf(page, 'CO2, 6 steps ahead', 'area').count()).toBe(3);
  expect(await marksOf(page, 'Losses', 'symbol').count()).toBe(6);
  expect(await page.locator('.backtest tbody th').allTextContents()).toEqual([
    'model',
    'naive',
    'seasonal naive',
    'drift',
  ]);
  expect(await page.locator('.chart').first().textContent()).toMatch(/20\d\d-\d\d-01/);
  const libtorch = JSON.parse(readFileSync(at('co2', 'config.json'), 'utf8')).versions.libtorch;
  expect(await page.locator('table.settings').last().textContent()).toContain(libtorch);
  await page.close();
});

testInBrowser('a GAN: the pictures are those of its samples', async () => {
  const { page, complaints } = await open(writeRunReport(at('gan')));
  expect(complaints).toEqual([]);
  expect(await marksOf(page, 'Losses', 'symbol').count()).toBe(4);
  const sources = await page.locator('.samples img').evaluateAll((all) => all.map((each) => each.getAttribute('src')));
  const files = [0, 1].map((epoch) => readFileSync(at('gan', 'samples', `epoch-000${epoch}.png`)).toString('base64'));
  expect(sources).toEqual(files.map((file) => `data:image/png;base64,${file}`));
  expect(await page.locator('.samples img:visible').evaluate((each) => (each as HTMLImageElement).naturalWidth)).toBe(
    484,
  );
  await page.close();
});

test('a run that is not evaluated says how it can be', () => {
  expect(reportOf(at('gan'))).toContain(`<code>npx libtorch-generative evaluate ${at('gan')}</code>`);
});

test('many pictures are thinned out evenly, the first and the last among them', () => {
  const run = copyOf('gan');
  const png = encodeGrid(new Float32Array(1), { height: 1, width: 1 });
  for (let epoch = 2; epoch <= 1000; epoch++) {
    writeFileSync(join(run, 'samples', `epoch-${String(epoch).padStart(4, '0')}.png`), png);
  }
  const epochs = [...reportOf(run).matchAll(/data-epoch="(\d+)"/g)].map(([, epoch]) => Number(epoch));
  expect(epochs.length).toBeGreaterThan(50);
  expect(epochs.length).toBeLessThanOrEqual(100);
  expect([epochs[0], epochs.at(-1)]).toEqual([0, 1000]);
  const distances = epochs.slice(1).map((epoch, index) => epoch - epochs[index]!);
  expect(Math.max(...distances) - Math.min(...distances)).toBeLessThanOrEqual(1);
});

test('without its data or its model a run has a report that says so', () => {
  const run = copyOf('co2');
  const config = readFileSync(join(run, 'config.json'), 'utf8');
  writeFileSync(join(run, 'config.json'), config.replace('co2.csv', 'gone.csv'));
  expect(reportOf(run)).toMatch(/No forecast: Cannot read \S*gone\.csv: no such file/);
  rmSync(join(run, 'model.safetensors'));
  expect(reportOf(run)).toMatch(/No forecast: Cannot read \S*model\.safetensors/);
});

test('a record that a kill cut short is left out; other damage is told', () => {
  const run = copyOf('gan');
  appendFileSync(join(run, 'metrics.jsonl'), '{"epoch":2,"loss');
  expect(reportOf(run)).toContain('2 epochs in');
  appendFileSync(join(run, 'metrics.jsonl'), '\n{}\n');
  expect(errorOf(() => writeRunReport(run))).toMatchObject({
    code: 'ERR_CHECKPOINT',
    message: expect.stringMatching(/metrics\.jsonl:3 is corrupt/),
  });
  writeFileSync(join(run, 'metrics.jsonl'), '');
  writeFileSync(join(run, 'evaluation.json'), '{');
  expect(errorOf(() => writeRunReport(run))).toMatchObject({
    code: 'ERR_CHECKPOINT',
    message: expect.stringMatching(/evaluation\.json is corrupt/),
  });
});

test('what is no run, or of another kind, is refused', () => {
  expect(errorOf(() => writeRunReport(at('nowhere')))).toMatchObject({ code: 'ERR_FILE' });
  const run = copyOf('gan');
  writeFileSync(join(run, 'config.json'), '{"kind":"vae","settings":{}}');
  expect(errorOf(() => writeRunReport(run))).toMatchObject({
    code: 'ERR_CHECKPOINT',
    message: expect.stringContaining('found vae'),
  });
});
