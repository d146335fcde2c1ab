import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { closeInference } from '../../src/pool/inference';
import { type Server, startServer } from '../../src/service/server';
import { drawImagesSync } from '../../src/training/draw-images';
import { loadGenerator } from '../../src/training/load-run';
import { trainGan } from '../../src/training/train-gan';
import { testInBrowser, useBrowser } from '../report/browser';
import { writeHalves } from '../training/halves';
import { post, problemIn } from './client';
import { trainImages } from './runs';

const open = useBrowser();
let folder: string;
let run: string;
let server: Server;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'libtorch-generative-test-'));
  run = join(folder, 'halves-run');
  const options = { batchSize: 12, hidden: 16, epochs: 1, threads: 1, onWarning: () => {} };
  await trainGan({ ...options, data: writeHalves(folder), conditional: true, out: run }).result;
  const runs = [run, await trainImages(folder)];
  server = await startServer({ runs, host: '127.0.0.1', port: 0, logLevel: 'silent' });
});
afterAll(async () => {
  await server.close();
  await closeInference();
  rmSync(folder, { recursive: true, force: true });
});

const model = 'halves-run';
const ask = async (body: object) => (await post(`${server.url}/sample`, { model, format: 'json', ...body })).json();

test('images of a class, by its name or number, or of all', async () => {
  const { generator } = loadGenerator(run);
  const { images } = drawImagesSync(generator, { count: 2, height: 16, width: 16, seed: 3, class: 2 });
  for (const asked of ['top', 2, '2']) {
    const answer = await ask({ count: 2, seed: 3, class: asked });
    expect(answer.classes).toEqual(['top', 'top']);
    expect(answer.images.flat()).toEqual([...images]);
  }
  expect((await ask({ count: 4 })).classes).toEqual(['left', 'right', 'top', 'left']);
  const [png, other] = await Promise.all(
    [{ class: 'top' }, { class: 'left' }].map(async (body) => (await post(`${server.url}/sample`, { model, ...body })).arrayBuffer()), // biome-ignore format: one line
  );
  expect(Buffer.from(png!).equals(Buffer.from(other!))).toBe(false);
});

test('models tell their classes', async () => {
  const { models } = await (await fetch(`${server.url}/models`)).json();
  expect(models.map((each: { classes?: string[] }) => each.classes)).toEqual([['left', 'right', 'top'], undefined]);
});

test.each([
  [{ class: 'bottom' }, 'Expected one of left, right, top, or 0 to 2, for class but received "bottom"'],
  [{ class: 3 }, 'Expected one of left, right, top, or 0 to 2, for class but received 3'],
  [{ class: -1 }, /for class but received -1/],
  [{ class: 1.5 }, 'Expected the name or the number of a class for class but received 1.5'],
  [{ class: null }, /for class but received null/],
  [{ class: 0, model: 'images' }, 'Expected nothing, as the GAN was trained without classes, for class but received 0'],
])('%j is refused', async (body, detail) => {
  const problem = await problemIn(await post(`${server.url}/sample`, { model, ...body }));
  expect(problem).toMatchObject({ status: 400, field: 'class', detail: expect.stringMatching(detail) });
});

testInBrowser('the page draws the class that is chosen, where there are classes', async () => {
  const { page } = await open(`${server.url}/`);
  await page.getByText('16 images from seed 0.').waitFor();
  const [only, picture] = [page.getByLabel('Class'), page.locator('#samples img')];
  expect(await only.locator('option').allTextContents()).toEqual(['all', 'left', 'right', 'top']);
  const before = await picture.getAttribute('src');
  const asked = page.waitForRequest((request) => request.url().endsWith('/sample'));
  await only.selectOption('top');
  expect((await asked).postDataJSON()).toMatchObject({ class: 'top' });
  await page.waitForFunction((src) => document.querySelector<HTMLImageElement>('#samples img')!.src !== src, before);
  await page.locator('#samples').getByLabel('Model').selectOption('images');
  expect(await only.isVisible()).toBe(false);
});
