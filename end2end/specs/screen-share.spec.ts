// Showing the screen, beside the camera and not instead of it.

import { OUTAGE, areInACall, seeEachOther } from '../support/person';
import { expect, test } from '../support/test';

test.use({ whole: true });

test('a screen is shown beside the camera, with the server gone', async ({ alice, bob, server }) => {
  await areInACall(alice, bob);
  for (const person of [alice, bob]) person.foresees(...OUTAGE);
  await server.close();
  await alice.screen.screen.click();
  await expect(alice.screen.screen).toHaveAttribute('aria-pressed', 'true');
  await bob.seesTheScreen();
  await seeEachOther(alice, bob);
  // As large as the window of who looks at it, and the camera beside it.
  const [shown, camera] = [await bob.screen.remoteScreen.boundingBox(), await bob.screen.remoteVideo.boundingBox()];
  expect(shown?.width).toBeGreaterThan(900);
  expect(camera?.width).toBeLessThan(300);
  await alice.screen.stopShowing.click();
  await expect(bob.screen.remoteScreen).toHaveCount(0);
  await seeEachOther(alice, bob);
});

test('whoever stops in the browser’s own bar has stopped', async ({ alice, bob }) => {
  await areInACall(alice, bob);
  await alice.screen.screen.click();
  await bob.seesTheScreen();
  await alice.stopsTheScreenInTheBrowser();
  await expect(bob.screen.remoteScreen).toHaveCount(0);
  await expect(alice.screen.screen).toHaveAttribute('aria-pressed', 'false');
  await alice.screen.screen.click();
  await bob.seesTheScreen();
});

test('whoever chooses nothing shows nothing', { tag: '@once' }, async ({ alice, bob }) => {
  await areInACall(alice, bob);
  await alice.page.evaluate(() => {
    navigator.mediaDevices.getDisplayMedia = () => Promise.reject(new DOMException('No', 'NotAllowedError'));
  });
  await alice.screen.screen.click();
  await expect(alice.screen.screen).toHaveAttribute('aria-pressed', 'false');
  await seeEachOther(alice, bob);
});

test('the screen is no longer captured when the call is over', { tag: '@once' }, async ({ alice, bob }) => {
  await areInACall(alice, bob);
  await alice.screen.screen.click();
  await bob.seesTheScreen();
  await bob.hangsUp();
  await alice.isIn('ended');
  await expect.poll(async () => (await alice.counts()).liveTracks).toBe(0);
});

test('a browser that cannot show a screen offers none', { tag: '@once' }, async ({ alice, bob }) => {
  await alice.page.addInitScript(() => {
    Object.defineProperty(navigator.mediaDevices, 'getDisplayMedia', { value: undefined });
  });
  await areInACall(alice, bob);
  await expect(bob.screen.screen).toBeVisible();
  await expect(alice.screen.screen).toHaveCount(0);
});
