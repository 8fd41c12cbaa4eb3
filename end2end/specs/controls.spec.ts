// The controls of a call, and their keys.

import { OUTAGE, areInACall, areInTheLobby, seeEachOther } from '../support/person';
import { expect, test } from '../support/test';

test('whoever is muted is heard while the space bar is held, with the server gone', async ({ alice, bob, server }) => {
  await areInACall(alice, bob);
  for (const person of [alice, bob]) person.foresees(...OUTAGE);
  await server.close();
  const muted = bob.screen.badge('Alice is muted');
  // By mouse: the button that was clicked must not take the space bar for itself.
  await alice.screen.microphone.click();
  await expect(muted).toBeVisible();
  await alice.page.keyboard.down('Space');
  await expect(muted).toHaveCount(0);
  await bob.hears(alice);
  await alice.page.keyboard.up('Space');
  await expect(muted).toBeVisible();
  await expect(alice.screen.microphone).toHaveAttribute('aria-pressed', 'false');
});

test('a key that is held while somebody looks away is let go', { tag: '@once' }, async ({ alice, bob }) => {
  await areInACall(alice, bob);
  await alice.page.keyboard.press('m');
  await expect(bob.screen.badge('Alice is muted')).toBeVisible();
  await alice.page.keyboard.down('Space');
  await expect(bob.screen.badge('Alice is muted')).toHaveCount(0);
  await alice.page.evaluate(() => window.dispatchEvent(new Event('blur')));
  await expect(bob.screen.badge('Alice is muted')).toBeVisible();
});

test('whoever talks while muted is told', async ({ alice, bob }) => {
  await areInACall(alice, bob);
  await expect(alice.screen.mutedHint).toHaveCount(0);
  await alice.screen.microphone.click();
  // The microphone of tests beeps.
  await expect(alice.screen.mutedHint).toBeVisible();
  await alice.screen.microphone.click();
  await expect(alice.screen.mutedHint).toHaveCount(0);
});

test('the keys do what their list says', { tag: '@once' }, async ({ alice, bob }) => {
  await areInACall(alice, bob);
  const { page, screen } = alice;
  await page.keyboard.press('?');
  await expect(screen.keys).toContainText('Camera on or off');
  await page.keyboard.press('Escape');
  await expect(screen.keys).toBeHidden();
  await page.keyboard.press('v');
  await bob.seesNoCameraOf(alice);
  await page.keyboard.press('v');
  await bob.seesTheCameraOf(alice);
  await page.keyboard.press('s');
  await bob.seesTheScreen();
  await page.keyboard.press('c');
  await expect(screen.chatField).toBeVisible();
});

test('the buttons of whoever calls are not made anew, which would lose a click', { tag: '@once' }, async ({ alice, bob }) => {
  await areInTheLobby(alice, bob);
  await alice.calls(bob);
  const button = await alice.screen.cancel.elementHandle();
  await expect(bob.screen.acceptVideo).toBeVisible();
  await bob.accepts();
  await seeEachOther(alice, bob);
  await expect(alice.screen.hangUp).toBeVisible();
  expect(await button?.evaluate((there) => there.isConnected)).toBe(true);
});
