import { existsSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { testIf } from '../test-if';

/** Chromium's path: that named by CHROMIUM, or where Debian, Google and macOS put it. */
const executablePath =
  process.env.CHROMIUM ??
  [
    '/usr/bin/chromium',
    '/usr/bin/chromium-browser',
    '/usr/bin/google-chrome',
    '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  ].find(existsSync);

/** A test in a real browser, skipped where there is none. */
export function testInBrowser(name: string, body: () => Promise<void>): void {
  testIf(executablePath !== undefined, 'Chromium: install it, or name it by CHROMIUM')(name, body);
}

const QUIET =
  '--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking --disable-component-update --disable-sync';

/** A page that was opened, and what it should not have done. */
export interface OpenPage {
  page: Page;
  /** Messages on the console, errors and requests but for the page itself. */
  complaints: string[];
}

/** Opens pages, files or those of a server, in one browser for all tests of a file. */
export function useBrowser(): (place: string, options?: BrowserContextOptions) => Promise<OpenPage> {
  let browser: Browser | undefined;
  beforeAll(async () => {
    if (executablePath) browser = await chromium.launch({ executablePath, args: QUIET.split(' ') });
  });
  afterAll(() => browser?.close());
  return async (place, options) => {
    const page = await browser!.newPage({ viewport: { width: 1280, height: 900 }, ...options });
    const complaints: string[] = [];
    const url = place.startsWith('http:') ? place : pathToFileURL(place).href;
    page.on('console', (message) => complaints.push(`${message.type()}: ${message.text()}`));
    page.on('pageerror', (error) => complaints.push(`error: ${error.message}`));
    page.on('dialog', (dialog) => complaints.push(`dialog: ${dialog.message()}`));
    page.on('request', (request) => {
      if (request.url() !== url && !request.url().startsWith('data:')) complaints.push(`request: ${request.url()}`);
    });
    await page.goto(url);
    await page.waitForFunction(() =>
      [...document.querySelectorAll('.chart')].every((each) => each.querySelector('svg')),
    );
    return { page, complaints };
  };
}

/** The marks that a chart draws, such as bars, by the chart's title. */
export function marksOf(page: Page, title: string, kind: string) {
  return page
    .locator('figure', { has: page.getByRole('heading', { name: title }) })
    .locator(`.mark-${kind}.role-mark path`);
}
