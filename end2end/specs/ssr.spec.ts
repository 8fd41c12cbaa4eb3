// The page as the server sends it, before and without its program.

import { expect, test } from '../support/test';

const PAGES = ['/', '/r/k7qm-3xpd-9wzt', '/r/k7qm', '/booth', '/nowhere'];

for (const path of PAGES) {
  test(`${path} is taken over without a word of complaint`, async ({ alice }) => {
    if (path === '/nowhere') alice.foresees(/404/);
    await alice.page.goto(path);
    // What the server sent and what the page makes of it are the same tree: the test fails on any warning.
    await expect(alice.page.getByRole('heading', { level: 1 })).toBeVisible();
    await expect.poll(() => alice.page.evaluate(() => performance.getEntriesByType('resource')
      .some(({ name }) => name.endsWith('.wasm')))).toBe(true);
    if (path !== '/nowhere') await expect(alice.screen.ready).toBeVisible();
  });
}

test('the first paint is the real page', { tag: '@once' }, async ({ server }) => {
  for (const [path, door] of [['/', 'Enter the lobby'], ['/r/k7qm-3xpd-9wzt', 'Join the room']] as const) {
    const page = await (await fetch(`${server.origin}${path}`)).text();
    for (const words of ['Nickname', door, '<h1']) expect(page, path).toContain(words);
  }
});

test('an address that leads nowhere is not found', { tag: '@once' }, async ({ server }) => {
  expect((await fetch(`${server.origin}/nowhere`)).status).toBe(404);
});

test('pages are never kept, and run nothing but their own program', { tag: '@once' }, async ({ server }) => {
  const { headers } = await fetch(`${server.origin}/`);
  expect(headers.get('cache-control')).toBe('no-store');
  const policy = headers.get('content-security-policy') ?? '';
  expect(policy).toMatch(/script-src 'nonce-[^']+' 'self' 'wasm-unsafe-eval'/);
  expect(policy).not.toContain('unsafe-inline');
  expect(headers.get('referrer-policy')).toBe('no-referrer');
});

test.describe('without JavaScript', () => {
  test('the page says what it is and what it needs', async ({ somebody }) => {
    const alice = await somebody('alice', { scripts: false });
    for (const [path, words] of [
      ['/', 'A private phone in your browser'],
      ['/r/k7qm-3xpd-9wzt', 'You are invited to a private room'],
    ] as const) {
      await alice.page.goto(path);
      // Not by a locator: those wait with the page's own timers, which do not run here.
      const shown = await alice.page.evaluate(() => document.body.innerText);
      for (const said of [words, 'needs JavaScript']) expect(shown, path).toContain(said);
    }
  });
});
