import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { renderReport } from '../../src/report/page';
import { encodeGrid } from '../../src/report/png';
import type { GanReport, MdnRnnReport } from '../../src/report/run-report';
import { marksOf, testInBrowser, useBrowser } from './browser';

const open = useBrowser();
let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'libtorch-generative-test-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const common = {
  name: 'run',
  evaluateCommand: 'npx libtorch-generative evaluate run',
  environment: { package: '1.2.3', libtorch: '2.13.0', node: 'v20.19.0' },
};

const gan: GanReport = {
  ...common,
  kind: 'gan',
  settings: { data: 'mnist', epochs: 3, seed: 7 },
  metrics: [0, 1, 2].map((epoch) => ({ epoch, lossD: 1 - epoch / 10, lossG: 1 + epoch, diversity: 0.5, seconds: 2 })),
  samples: [0, 1, 2].map((epoch) => ({
    epoch,
    png: encodeGrid(Float32Array.of(epoch - 1, 0, 1, 0), { height: 1, width: 2 }),
  })),
  scores: {
    problems: [],
    rows: [
      {
        name: 'generated',
        count: 100,
        frechet: 40,
        kid: 0.25,
        kidDeviation: 0.0123,
        precision: 0.5,
        recall: 0.25,
        diversity: 0.8,
      },
      { name: 'real', count: 100, frechet: 1, precision: 0.9, recall: 0.9, diversity: 1 },
      { name: 'pixelGaussian', count: 100, frechet: 200, precision: 0, recall: 0.1, diversity: 1 },
    ],
    digits: { generated: [10, 20, 5, 15, 10, 10, 0, 10, 10, 10], missing: [6] },
    features: { description: 'the 8 features of <b>.onnx' },
    nearest: {
      count: 250,
      copies: 0.2,
      copiesOfReal: 0.01,
      picture: encodeGrid(new Float32Array(64), { height: 1, width: 2, columns: 8 }),
    },
  },
};

const row = (name: string, crps: number | null) => ({ name, crps, pinball: 1, mase: 1, coverage: [0.4, 0.7, 0.85] });
const mdnRnn: MdnRnnReport = {
  ...common,
  kind: 'mdn-rnn',
  settings: { data: '/somewhere/co2.csv', column: 'CO2', epochs: 40, loss: 'nll' },
  metrics: Array.from({ length: 40 }, (_, epoch) => ({ epoch, loss: -epoch, validationLoss: 1 - epoch, seconds: 0.1 })),
  numSeries: 1,
  forecasts: [
    {
      name: 'CO2',
      fan: {
        history: [1, 2, Number.NaN, 3],
        quantiles: [0.05, 0.25, 0.5, 0.75, 0.95].map((level) => ({ level, values: [3 + level, 4 + 2 * level] })),
      },
    },
  ],
  scores: {
    coverageLevels: [0.5, 0.8, 0.9],
    oneStep: {
      count: 100,
      nll: 1.5,
      crps: 0.7,
      coverage: [0.5, 0.8, 0.9],
      pit: { histogram: [10, 12, 8, 10, 10, 9, 11, 10, 10, 10], pValue: 0.6 },
    },
    backtest: {
      horizon: 2,
      season: 1,
      numForecasts: 50,
      rows: [row('model', 1.25), row('naive', 2), row('seasonalNaive', 1), row('drift', 3)],
    },
  },
};

/** Writes a report and gives its path. */
function write(report: GanReport | MdnRnnReport): string {
  const path = join(folder, 'report.html');
  writeFileSync(path, renderReport(report));
  return path;
}

const phone = { viewport: { width: 360, height: 740 }, isMobile: true, hasTouch: true };

testInBrowser("a forecast's report draws all it has, and loads nothing", async () => {
  const { page, complaints } = await open(write(mdnRnn));
  expect(complaints).toEqual([]);
  expect(await marksOf(page, 'CO2, 2 steps ahead', 'area').count()).toBe(2);
  expect(await marksOf(page, 'CO2, 2 steps ahead', 'line').count()).toBe(2);
  expect(await marksOf(page, 'PIT histogram', 'rect').count()).toBe(10);
  expect(await marksOf(page, 'Coverage', 'symbol').count()).toBe(6);
  expect(await marksOf(page, 'Losses', 'line').count()).toBe(2);
  const losses = await marksOf(page, 'Losses', 'line').first().getAttribute('d');
  expect(losses!.split('L')).toHaveLength(40);
  expect(await page.locator('.backtest tbody tr').count()).toBe(4);
  await expectText(page.locator('.verdict'), /\(CRPS 1\.25\) loses to seasonal naive \(1\)/);
  expect(await page.locator('td.best').allTextContents()).toContain('1');
  await expectText(page.locator('header'), /40 epochs in 4\.0 s/);
  await page.close();
});

testInBrowser("a GAN's report draws its metrics, and each measure over the epochs", async () => {
  const { page, complaints } = await open(write(gan));
  expect(complaints).toEqual([]);
  expect(await marksOf(page, 'Digits', 'rect').count()).toBe(10);
  const widths = await marksOf(page, 'Fréchet distance', 'rect').evaluateAll((bars) =>
    bars.map((bar) => bar.getBoundingClientRect().width),
  );
  expect(widths.map((width) => Math.round(200 * (width / widths[2]!)))).toEqual([40, 1, 200]);
  expect(await marksOf(page, 'Losses', 'symbol').count()).toBe(6);
  expect(await marksOf(page, 'Diversity', 'line').count()).toBe(1);
  await expectText(page.locator('.verdict'), /It rarely draws the digit 6\./);
  await page.close();
});

testInBrowser('the features are named, and the nearest training images shown', async () => {
  const { page, complaints } = await open(write(gan));
  const table = page.locator('.backtest');
  await expectText(table.locator('.note'), /^Compared by the 8 features of <b>\.onnx\./);
  await expectText(table.locator('tr.own'), /40\s*0\.25 ± 0\.012\s*50 %/);
  await expectText(page.locator('.nearest'), /Copies: 20 % of the samples, 1 % of other real images\./);
  const picture = page.getByAltText('Samples, and below each its nearest training images');
  const natural = await picture.evaluate((image) => (image as HTMLImageElement).naturalWidth);
  expect(natural).toBe(2 * (2 + 8 * 4));
  expect(await picture.isVisible()).toBe(true);
  expect(complaints).toEqual([]);
  await page.close();
});

testInBrowser('the slider shows another picture, by keyboard and by pointer', async () => {
  const { page, complaints } = await open(write(gan));
  const slider = page.getByRole('slider', { name: 'Training progress' });
  const seen = async () => {
    const pictures = page.locator('.samples img:visible');
    expect(await pictures.count()).toBe(1);
    return { alt: await pictures.getAttribute('alt'), source: await pictures.getAttribute('src') };
  };
  const last = await seen();
  expect(last.alt).toBe('Images drawn after epoch 2');
  await slider.focus();
  await page.keyboard.press('ArrowLeft');
  const middle = await seen();
  expect(middle.alt).toBe('Images drawn after epoch 1');
  expect(middle.source).not.toBe(last.source);
  expect(await slider.getAttribute('aria-valuetext')).toBe('epoch 1');
  await page.keyboard.press('Home');
  expect((await seen()).alt).toBe('Images drawn after epoch 0');
  await expectText(page.locator('output'), /^epoch 0$/);

  const { x, y, width, height } = (await slider.boundingBox())!;
  await page.mouse.click(x + width - 5, y + height / 2);
  expect(await seen()).toEqual(last);
  expect(complaints).toEqual([]);
  await page.close();
});

testInBrowser('the values under the pointer are told', async () => {
  const { page } = await open(write(mdnRnn));
  const chart = page.locator('.chart svg').first();
  const { x, y, width, height } = (await chart.boundingBox())!;
  await page.mouse.move(x + width - 30, y + height / 2);
  await expectText(page.locator('#tooltip'), /Step\s*2.*median\s*5.*50 % interval\s*4\.5 to 5\.5/s);
  await page.mouse.move(5, 5);
  expect(await page.locator('#tooltip').count()).toBe(0);
  await page.close();
});

for (const [kind, report] of Object.entries({ gan, mdnRnn })) {
  testInBrowser(`a report fits a phone: ${kind}`, async () => {
    const { page, complaints } = await open(write(report), phone);
    expect(complaints).toEqual([]);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(360);
    const charts = await page.locator('figure svg').evaluateAll((all) => all.map((svg) => svg.getBoundingClientRect()));
    for (const { right } of charts) expect(right).toBeLessThanOrEqual(348);
    await page.close();
  });
}

testInBrowser('in the dark the page is dark, and what is written in charts light', async () => {
  const path = write(mdnRnn);
  const brightness = async (colorScheme: 'light' | 'dark') => {
    const { page } = await open(path, { colorScheme });
    const colors = await page.evaluate(() => [
      getComputedStyle(document.body).backgroundColor,
      getComputedStyle(document.querySelector('.role-axis-title text')!).fill,
      getComputedStyle(document.querySelector('.role-axis-label text')!).fill,
    ]);
    await page.close();
    return colors.map((color) => color.match(/\d+/g)!.reduce((sum, channel) => sum + Number(channel) / 3, 0));
  };
  for (const [light, dark] of [[await brightness('light'), await brightness('dark')]]) {
    expect(light![0]).toBeGreaterThan(200);
    expect(dark![0]).toBeLessThan(50);
    for (const text of [1, 2]) {
      expect(light![text]).toBeLessThan(130);
      expect(dark![text]).toBeGreaterThan(150);
    }
  }
});

testInBrowser('names may be anything: nothing in them runs', async () => {
  const evil = '</script><img src=x onerror=alert(1)>';
  const fan = { ...mdnRnn.forecasts[0]!.fan, labels: Array.from({ length: 6 }, () => evil) };
  const { page, complaints } = await open(
    write({
      ...mdnRnn,
      name: evil,
      evaluateCommand: evil,
      settings: { ...mdnRnn.settings, column: evil, [evil]: evil, data: evil },
      metrics: mdnRnn.metrics.map((record) => ({ ...record, [evil]: 1 })),
      forecasts: [{ name: evil, fan }],
      scores: {
        ...mdnRnn.scores!,
        backtest: { ...mdnRnn.scores!.backtest, bySeries: [{ name: evil, rows: [row(evil, 1)] }] },
      },
    }),
  );
  expect(complaints).toEqual([]);
  expect(await page.locator('img').count()).toBe(0);
  expect(await page.title()).toBe(`${evil} – training report`);
  expect(await page.locator('h1').textContent()).toBe(evil);
  expect(await page.locator('.chart .role-axis-title text').allTextContents()).toContain(evil);
  await page.close();
});

testInBrowser('one epoch, losses that are no numbers, and a run before its first epoch', async () => {
  const [first] = mdnRnn.metrics;
  for (const metrics of [[first!], [first!, { epoch: 1, loss: null, validationLoss: null, seconds: 1 }]]) {
    const { page, complaints } = await open(write({ ...mdnRnn, metrics, scores: undefined }));
    expect(complaints).toEqual([]);
    expect(await marksOf(page, 'Losses', 'symbol').count()).toBe(2);
    await expectText(page.locator('header'), new RegExp(`${metrics.length} of 40 epochs`));
    await expectText(page.locator('main'), /Not evaluated yet.*npx libtorch-generative evaluate run/s);
    await page.close();
  }
  const { page, complaints } = await open(write({ ...gan, metrics: [], samples: [], scores: undefined }));
  expect(complaints).toEqual([]);
  expect(await page.locator('.hint').allTextContents()).toEqual([
    'No samples have been drawn yet.',
    expect.stringContaining('Not evaluated yet'),
    'No epoch has ended yet.',
  ]);
  await page.close();
});

async function expectText(locator: { textContent(): Promise<string | null> }, text: RegExp): Promise<void> {
  expect(await locator.textContent()).toMatch(text);
}

test('what cannot be evaluated is not asked to be', () => {
  const noise = renderReport({ ...gan, settings: { data: 'noise' }, scores: undefined });
  expect(noise).toContain('Trained on noise: there is nothing to compare the samples with.');
  const whole = renderReport({ ...mdnRnn, settings: { validation: 0, test: 0 }, scores: undefined });
  expect(whole).toContain('the model was trained on all values');
  for (const page of [noise, whole]) expect(page).not.toContain('libtorch-generative evaluate');
});

test('problems are shown: those of the evaluation, and the last of the training', () => {
  const alarms = (page: string) =>
    [...page.matchAll(/<p class="verdict warning">(The[^<]*)</g)].map(([, text]) => text);
  const metrics = [
    { ...gan.metrics[0], problem: 'the blur' },
    { ...gan.metrics[1], problem: 'the samples are alike' },
  ];
  expect(alarms(renderReport(gan))).toEqual([]);
  expect(alarms(renderReport({ ...gan, metrics, scores: undefined }))).toEqual(['The samples are alike.']);
  const scores = { ...gan.scores!, problems: ['the recall is 0', 'the samples are alike'] };
  expect(alarms(renderReport({ ...gan, metrics, scores }))).toEqual(['The recall is 0.', 'The samples are alike.']);
});

test('a page of text only is escaped and whole', () => {
  const html = renderReport({ ...mdnRnn, name: '<b>"&\'' });
  expect(html).toContain('<h1>&lt;b&gt;&quot;&amp;&#39;</h1>');
  expect(html).not.toMatch(/(?:src|href)="(?!data:)/);
  expect(html.match(/<\/script>/g)).toHaveLength(3);
});
