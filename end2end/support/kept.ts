// What a page gives its person to keep.

import { readFile } from 'node:fs/promises';

import type { Page } from '@playwright/test';

export interface Kept {
  name: string;
  bytes: Buffer;
}

/**
 * The next file. WebDriver BiDi, by which Firefox is driven, knows of no downloads: there it is what the page hands to
 * the browser.
 */
export async function kept(page: Page, timeout = 10_000): Promise<Kept> {
  if (page.context().browser()?.browserType().name() === 'firefox') {
    const { name, base64 } = await page.evaluate(() => window.probe.nextKept());
    return { name, bytes: Buffer.from(base64, 'base64') };
  }
  const download = await page.waitForEvent('download', { timeout });
  return { name: download.suggestedFilename(), bytes: await readFile(await download.path()) };
}
