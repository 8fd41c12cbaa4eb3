import jsQR from 'jsqr';

import type { Person } from '../support/person';
import { SocketPeer } from '../support/socket-peer';
import { expect, test } from '../support/test';

test('nothing crosses from one room to another', async ({ server, alice, bob, carol }) => {
  const code = await alice.startsARoom();
  await bob.enters();
  const other = await carol.startsARoom();
  expect(other).not.toBe(code);

  // Somebody comes into each room after them, and is the only one they see.
  const peers = [
    await SocketPeer.enters(server, 'Dora', { private: code }),
    await SocketPeer.enters(server, 'Emil'),
    await SocketPeer.enters(server, 'Fred', { private: other }),
  ];
  for (const [person, name] of [[alice, 'Dora'], [bob, 'Emil'], [carol, 'Fred']] as const) {
    await person.seesSomebody(name);
    await expect(person.screen.contacts).toHaveCount(1);
  }
  const heard = JSON.stringify(await bob.wire());
  for (const secret of [code, other, 'Alice', 'Carol', 'Dora', 'Fred']) expect(heard).not.toContain(secret);
  for (const peer of peers) peer.leaves();
});

test('a private room has a code, a link that can be copied, and a QR code', async ({ somebody }) => {
  const alice = await somebody('alice', { context: { permissions: ['clipboard-read', 'clipboard-write'] } });
  const code = await alice.startsARoom();
  expect(code).toMatch(/^[0-9a-hjkmnp-tv-z]{4}(-[0-9a-hjkmnp-tv-z]{4}){2}$/);

  await expect(alice.screen.link).toHaveValue(alice.page.url());
  await alice.screen.copyLink.click();
  await expect(alice.screen.copyLink).toHaveText('Copied');
  expect(await alice.page.evaluate(() => navigator.clipboard.readText())).toBe(alice.page.url());

  await alice.screen.showQrCode.click();
  await expect(alice.screen.qrCode).toBeVisible();
  expect(await readQrCode(alice)).toBe(alice.page.url());
});

test('the link can be handed to the system’s own list of programs', async ({ alice }) => {
  await alice.page.addInitScript(() => {
    navigator.share = (data) => {
      Object.assign(window, { shared: data });
      return Promise.resolve();
    };
  });
  await alice.startsARoom();
  await alice.screen.share.click();
  const shared = await alice.page.evaluate(() => (window as unknown as { shared: ShareData }).shared);
  expect(shared).toEqual({ title: 'Call me on Tincan', url: alice.page.url() });
});

test('the link leads into the room', async ({ alice, bob }) => {
  const code = await alice.startsARoom();
  await bob.enters(code);
  await alice.sees(bob);
  await bob.sees(alice);
});

test('an invitation leads into its room, also in a tab that has a place in another', async ({ alice, bob }) => {
  const code = await alice.startsARoom();
  await bob.enters();
  await bob.page.goto(`/r/${code}`);
  // Whoever comes back to a place does so at once.
  await bob.reloads();
  await expect(bob.screen.nickname).toHaveValue('Bob');
  await bob.screen.joinRoom.click();
  await alice.seesSomebody('Bob');
  await expect(bob.page).toHaveURL(new RegExp(`/r/${code}$`));
});

test('the code can be typed as it is heard', async ({ alice, bob }) => {
  const code = await alice.startsARoom();
  await bob.opens();
  await bob.screen.nickname.fill('Bob');
  await bob.screen.roomCode.fill(` ${code.toUpperCase().replaceAll('-', ' ').replaceAll('0', 'o')} `);
  await bob.screen.join.click();
  await alice.sees(bob);
  await expect(bob.page).toHaveURL(`/r/${code}`);
});

test('a code that is none is refused in words', async ({ alice }) => {
  await alice.opens();
  await alice.screen.nickname.fill('Alice');
  await alice.screen.roomCode.fill('k7qm');
  await alice.screen.join.click();
  await expect(alice.screen.codeProblem).toContainText('this has 4');
});

test('a broken invitation says what is wrong with it', async ({ alice }) => {
  await alice.opens('/r/k7qm-3xpd');
  await expect(alice.screen.codeProblem).toContainText('this has 8');
});

test('a reload keeps the place in the room', async ({ alice, bob }) => {
  const code = await alice.startsARoom();
  await bob.enters(code);
  await bob.sees(alice);
  await alice.reloads();
  await alice.isInTheRoom();
  await alice.sees(bob);
  await bob.sees(alice);
  await expect(bob.screen.contacts).toHaveCount(1);
});

test.describe('a server without a lobby', () => {
  test.use({ flags: ['--lobby', 'off'] });

  test('offers private rooms alone', async ({ alice, bob }) => {
    await alice.opens();
    await expect(alice.screen.enterLobby).toHaveCount(0);
    const code = await alice.startsARoom();
    await bob.enters(code);
    await alice.sees(bob);
  });
});

/** As a telephone reads it from the screen. */
async function readQrCode({ page, screen }: Person): Promise<string | undefined> {
  const picture = (await screen.qrCode.screenshot({ scale: 'css' })).toString('base64');
  const { width, height, data } = await page.evaluate(async (picture) => {
    const bytes = Uint8Array.from(atob(picture), (char) => char.charCodeAt(0));
    const bitmap = await createImageBitmap(new Blob([bytes], { type: 'image/png' }));
    const context = new OffscreenCanvas(bitmap.width, bitmap.height).getContext('2d');
    if (!context) throw new Error('There is no canvas.');
    context.drawImage(bitmap, 0, 0);
    const { width, height, data } = context.getImageData(0, 0, bitmap.width, bitmap.height);
    return { width, height, data: [...data] };
  }, picture);
  return jsQR(Uint8ClampedArray.from(data), width, height)?.data;
}
