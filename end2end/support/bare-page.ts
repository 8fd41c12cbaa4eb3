// A page with nothing in it, in a secure context: for peer connections without Tincan around them.

import { createServer, type Server } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';

import type { Browser, BrowserContext, Page } from '@playwright/test';

export class BarePage {
  private constructor(
    readonly page: Page,
    private readonly context: BrowserContext,
    private readonly server: Server,
  ) {}

  static async opens(browser: Browser): Promise<BarePage> {
    const server = createServer((_request, response) => {
      response.setHeader('content-type', 'text/html');
      response.end('<!doctype html><link rel="icon" href="data:,"><title>Bare</title>');
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const context = await browser.newContext();
    const page = await context.newPage();
    await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    return new BarePage(page, context, server);
  }

  async close(): Promise<void> {
    await this.context.close();
    this.server.close();
  }
}
