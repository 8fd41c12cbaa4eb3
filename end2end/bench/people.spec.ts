// What only a browser can tell of a room: how soon somebody who joins is seen, and how usable a large one is.

import { writeFileSync } from 'node:fs';

import type { Page } from '@playwright/test';

import { SocketPeer } from '../support/socket-peer';
import { expect, test } from '../support/test';
import { median } from './median';

const NEWCOMERS = 15;
const CROWD = 500;

// The crowd comes from one address, and says nothing.
const many = ['--max-connections-per-address', '1000', '--connection-burst', '1000', '--connections-per-second', '1000'];
test.use({ whole: true, flags: [...many, '--timeout', 'silence=600000'] });

test('somebody who joins, and a crowd', async ({ server, alice, bob }) => {
  test.setTimeout(120_000);
  await alice.enters();
  const appears: number[] = [];
  for (let number = 0; number < NEWCOMERS; number++) {
    const peer = await SocketPeer.connects(server);
    await waitsFor(alice.page, number + 1);
    const joins = Date.now();
    peer.saysHello(`Newcomer ${number}`);
    appears.push((await happened(alice.page)) - joins);
  }

  for (let number = NEWCOMERS + 1; number < CROWD; number++) await SocketPeer.enters(server, `Person ${number}`);
  await bob.opens();
  await bob.screen.nickname.fill('Bob');
  await waitsFor(bob.page, CROWD);
  await bob.screen.enterLobby.click();
  const listed = (await happened(bob.page)) - (await clicked(bob.page));
  await waitsFor(bob.page, 1);
  const types = Date.now();
  await bob.screen.search.fill('person 377');
  const found = (await happened(bob.page)) - types;
  await expect(bob.screen.contact('Person 377')).toBeVisible();

  const report = { appears_ms: median(appears), crowd_listed_ms: listed, crowd_found_ms: found };
  console.log(JSON.stringify({ ...report, appears }));
  if (process.env.BENCH) writeFileSync(`${process.env.BENCH}.people`, JSON.stringify(report));
});

type WaitingWindow = Window & { happened: Promise<number>; clicked: number };

/** From now on it is noted when so many contacts are listed, and when something was clicked before. */
async function waitsFor(page: Page, contacts: number): Promise<void> {
  await page.evaluate((contacts) => {
    const self = window as unknown as WaitingWindow;
    addEventListener('click', () => (self.clicked = Date.now()), { capture: true, once: true });
    self.happened = new Promise((resolve) => {
      const look = new MutationObserver(() => {
        if (document.querySelectorAll('[data-testid="contact"]').length !== contacts) return;
        look.disconnect();
        // When it is drawn.
        requestAnimationFrame(() => setTimeout(() => resolve(Date.now())));
      });
      look.observe(document.body, { childList: true, subtree: true });
    });
  }, contacts);
}

function happened(page: Page): Promise<number> {
  return page.evaluate(() => (window as unknown as WaitingWindow).happened);
}

function clicked(page: Page): Promise<number> {
  return page.evaluate(() => (window as unknown as WaitingWindow).clicked);
}
