import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { closeInference } from '../../src/pool/inference';
import { type Server, startServer } from '../../src/service/server';
import { trainGan } from '../../src/training/train-gan';
import { testInBrowser, useBrowser } from '../report/browser';
import { trainImages, trainSales } from './runs';

const open = useBrowser();
let folder: string;
let server: Server;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'libtorch-generative-test-'));
  const runs = [await trainImages(folder), await trainSales(folder)];
  server = await startServer({ runs, host: '127.0.0.1', port: 0, logLevel: 'silent', token: 'secret' });
});
afterAll(async () => {
  await server.close();
  await closeInference();
  rmSync(folder, { recursive: true, force: true });
});

testInBrowser('the page asks for the token, forecasts, draws and follows a training', async () => {
  const { page, complaints } = await open(`${server.url}/`);
  await page.getByLabel('Bearer token').fill('secret');
  await page.getByRole('button', { name: 'Use it' }).click();

  await page.getByText('12 steps from 72 values.').waitFor();
  await page.locator('#forecasts .mark-area').first().waitFor();
  await page.getByLabel('Horizon').fill('3');
  await page.getByText('3 steps from 72 values.').waitFor();
  await page.getByLabel('Values, oldest first').fill('1 2 three');
  await page.getByText('Expected numbers, but word 3 is “three”').waitFor();
  await page.getByLabel('Values, oldest first').fill('1, 2; –\n4');
  await page.getByText('Expected at least 12 values').waitFor();

  await page.getByText('16 images from seed 0.').waitFor();
  const picture = page.getByRole('img', { name: '16 images drawn by images from seed 0' });
  expect(await picture.evaluate((image: HTMLImageElement) => image.naturalWidth)).toBe(2 * (4 * 30 + 2));

  await page.getByText('images: no training is running; 2 epochs').waitFor();
  const stop = new AbortController();
  const training = trainGan({ resume: join(folder, 'images'), epochs: 1_000_000, signal: stop.signal }).result;
  await page.getByText('images: a training is running;').waitFor();
  stop.abort();
  await expect(training).rejects.toThrow();

  // The browser itself complains about answers such as 401; all requests are the service's own.
  const others = complaints.filter(
    (each) => !each.startsWith(`request: ${server.url}/`) && !each.startsWith('request: blob:'),
  );
  expect(others).toEqual([expect.stringContaining('401'), expect.stringContaining('422')]);
});
