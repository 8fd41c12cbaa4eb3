// Tincan as an app: installed, opened without the server, and on the keys of a headset.

import { areInACall, type Person } from '../support/person';
import { expect, test } from '../support/test';

test.use({ whole: true });

test.describe('with a service worker', () => {
  const keeps = { context: { serviceWorkers: 'allow' as const } };

  /** The paths of what is kept. */
  const kept = ({ page }: Person): Promise<string[]> =>
    page.evaluate(async () => {
      const shell = await caches.open('shell');
      return (await shell.keys()).map(({ url }) => new URL(url).pathname);
    });

  /** The paths of what this page has loaded of the program. */
  const loaded = ({ page }: Person): Promise<string[]> =>
    page.evaluate(() =>
      performance.getEntriesByType('resource').map(({ name }) => new URL(name).pathname).filter((path) => path.includes('/pkg/')));

  async function hasKeptAll(person: Person): Promise<void> {
    await expect.poll(async () => (await kept(person)).filter((path) => path.endsWith('.wasm')).length).toBe(2);
    const all = ['/', '/booth', '/pkg/tincan.css', ...(await loaded(person))];
    await expect.poll(() => kept(person)).toEqual(expect.arrayContaining(all));
  }

  test('the page and the booth open without the server, and a room says that it is away', async ({ somebody, server }) => {
    const alice = await somebody('alice', keeps);
    alice.foresees(/WebSocket/, /ERR_/, /Failed to load/, /503/);
    await alice.enters();
    await hasKeptAll(alice);
    await server.close();
    await alice.page.goto('/booth');
    await alice.screen.shutter.click();
    await expect(alice.screen.shots).toHaveCount(1);
    await alice.page.goto('/');
    await expect(alice.screen.nickname).toHaveValue('Alice');
    await alice.page.goto('/r/k7qm-3xpd-9wzt');
    await expect(alice.page.getByRole('heading', { name: 'Tincan is out of reach' })).toBeVisible();
  });

  test('no address of a room is kept, and nothing of another build', async ({ somebody }) => {
    const alice = await somebody('alice', keeps);
    await alice.enters();
    await hasKeptAll(alice);
    await alice.page.evaluate(async () => (await caches.open('shell')).put('/another/pkg/tincan.wasm', new Response('old')));
    await alice.page.goto('/r/k7qm-3xpd-9wzt');
    await expect(alice.screen.nickname).toBeVisible();
    await expect.poll(() => kept(alice)).not.toContain('/another/pkg/tincan.wasm');
    await hasKeptAll(alice);
    expect(await kept(alice)).not.toContainEqual(expect.stringContaining('/r/'));
  });
});

test('the manifest’s icons are there, and as large as it says', async ({ alice }) => {
  await alice.opens();
  const icons = await alice.page.evaluate(async () => {
    const link = document.querySelector<HTMLLinkElement>('link[rel="manifest"]');
    const manifest = (await (await fetch(link?.href ?? '')).json()) as { icons: { src: string; sizes: string; type: string }[] };
    const drawn = manifest.icons.filter(({ type }) => type === 'image/png');
    return Promise.all(
      drawn.map(async ({ src, sizes }) => {
        const { width, height } = await createImageBitmap(await (await fetch(src)).blob());
        return { said: sizes, is: `${width}x${height}` };
      }),
    );
  });
  expect(icons.length).toBeGreaterThan(1);
  for (const { said, is } of icons) expect(is).toBe(said);
});

test('a headset’s keys mute, turn the camera off, and hang up', async ({ alice, bob }) => {
  await alice.page.addInitScript(() => {
    const handlers: Record<string, (() => void) | null> = {};
    navigator.mediaSession.setActionHandler = (name, handler) => void (handlers[name] = handler as (() => void) | null);
    Object.assign(window, { keys: handlers });
  });
  const press = (key: string) =>
    alice.page.evaluate((key) => (window as unknown as { keys: Record<string, () => void> }).keys[key]?.(), key);
  await areInACall(alice, bob);
  await bob.seesTheCameraOf(alice);
  const shown = () => alice.page.evaluate(() => navigator.mediaSession.metadata?.title);
  await expect.poll(shown).toBe('Bob');
  await press('togglemicrophone');
  await expect(bob.screen.badge('Alice is muted')).toBeVisible();
  await press('togglemicrophone');
  await expect(bob.screen.badge('Alice is muted')).toHaveCount(0);
  await press('togglecamera');
  await bob.seesNoCameraOf(alice);
  await press('hangup');
  await bob.isIn('ended');
  await expect.poll(shown).toBeUndefined();
});
