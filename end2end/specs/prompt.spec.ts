import { INSECURE_HOST } from '../support/browsers';
import { whose } from '../support/camera';
import type { Person } from '../support/person';
import { expect, test } from '../support/test';

declare global {
  interface Window {
    /** The kinds of device that the page has asked for, each time. */
    opened?: string[][];
  }
}

test('the nickname is remembered on this device', async ({ alice }) => {
  await alice.enters();
  await alice.leaves();
  const tab = await alice.opensAnotherTab();
  await tab.opens();
  await expect(tab.screen.nickname).toHaveValue('Alice');
});

test('a taken nickname is answered with a free one, which works', async ({ alice, bob }) => {
  await alice.enters();
  await bob.opens();
  await bob.screen.nickname.fill('ALICE');
  await bob.screen.enterLobby.click();
  await expect(bob.screen.problem).toContainText('Somebody here has that name');
  await expect(bob.screen.nickname).toBeFocused();
  await bob.screen.suggestion.click();
  await bob.isInTheRoom();
  await expect(alice.screen.contacts).toHaveCount(1);
});

for (const [what, nickname] of [['nothing', ''], ['spaces', '   '], ['a text that turns round', 'a\u202eb']] as const) {
  test(`${what} is no nickname, and the page says so`, async ({ alice }) => {
    await alice.opens();
    await alice.screen.nickname.fill(nickname);
    await alice.screen.enterLobby.click();
    await expect(alice.screen.problem).not.toBeEmpty();
    await expect(alice.screen.nickname).toHaveAttribute('aria-invalid', 'true');
    expect(await alice.wire()).toEqual([]);
  });
}

test('a nickname of markup is text', async ({ alice, bob }) => {
  await bob.enters();
  const nickname = '<img src=x onerror=alert(1)>';
  await alice.enters(undefined, nickname);
  await bob.seesSomebody(nickname);
});

test('the own camera and voice are there before entering', async ({ alice }) => {
  await alice.opens();
  await alice.screen.turnOn.click();
  await expect.poll(async () => {
    const pixel = await alice.screen.selfVideo.evaluate((video) => window.probe.meanColour(video as HTMLVideoElement));
    return pixel && whose(pixel);
  }).toBe('alice');
  await expect.poll(async () => Number(await alice.screen.level.getAttribute('aria-valuenow'))).toBeGreaterThan(0);
  await expect(alice.screen.cameraPicker).toBeVisible();
  await expect(alice.screen.microphonePicker).toBeVisible();
});

test('in the room the camera is off, unless one looks at it', async ({ alice }) => {
  await alice.opens();
  await alice.screen.turnOn.click();
  await expect(alice.screen.selfVideo).toBeVisible();
  await alice.screen.nickname.fill('Alice');
  await alice.screen.enterLobby.click();
  await alice.isInTheRoom();
  await expect.poll(async () => (await alice.counts()).liveTracks).toBe(0);
  await alice.screen.checkDevices.click();
  await expect(alice.screen.selfVideo).toBeVisible();
});

for (const choice of ['Voice only', 'Just listen']) {
  test(`“${choice}” is a way in and into a call, and opens no camera`, async ({ alice, bob }) => {
    await alice.page.addInitScript(() => {
      const { mediaDevices } = navigator;
      const open = mediaDevices.getUserMedia.bind(mediaDevices);
      mediaDevices.getUserMedia = (constraints) => {
        (window.opened ??= []).push(Object.keys(constraints ?? {}).filter((kind) => constraints?.[kind as 'audio' | 'video']));
        return open(constraints);
      };
    });
    await bob.enters();
    await alice.opens();
    await alice.screen.goInWith(choice).click();
    await alice.screen.nickname.fill('Alice');
    await alice.screen.enterLobby.click();
    await bob.calls(alice);
    await alice.accepts();
    await alice.seesTheCameraOf(bob);
    await bob.seesNoCameraOf(alice);
    if (choice === 'Just listen') await expect(bob.screen.badge('Alice is just listening')).toBeVisible();
    else await bob.hears(alice);
    const opened = new Set((await alice.page.evaluate(() => window.opened ?? [])).flat());
    expect([...opened]).toEqual(choice === 'Just listen' ? [] : ['audio']);
  });
}

test('somebody without camera and microphone is told so, and gets in', async ({ somebody, bob }) => {
  const alice = await somebody('alice', { devices: 'none' });
  await bob.enters();
  await alice.opens();
  await alice.screen.turnOn.click();
  await expect(alice.screen.trouble).toContainText('No camera and no microphone found');
  await alice.screen.goInWithout.click();
  await alice.screen.nickname.fill('Alice');
  await alice.screen.enterLobby.click();
  await canListen(alice, bob);
});

test('somebody who does not allow the devices is told how to, and gets in', async ({ somebody, bob }) => {
  const alice = await somebody('alice', { devices: 'denied' });
  await bob.enters();
  await alice.opens();
  await alice.screen.turnOn.click();
  await expect(alice.screen.trouble).toContainText('Camera and microphone are not allowed');
  await alice.screen.goInWithout.click();
  await alice.screen.nickname.fill('Alice');
  await alice.screen.enterLobby.click();
  await canListen(alice, bob);
});

test('a camera that another program holds is told from one that is missing', async ({ alice }) => {
  // No browser can be told to find its camera taken: this is the answer it would give.
  await alice.page.addInitScript(() => {
    navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException('Taken', 'NotReadableError'));
  });
  await alice.opens();
  await alice.screen.turnOn.click();
  await expect(alice.screen.trouble).toContainText('in use elsewhere');
});

test('on an address that is not secure the page says why there is no camera', async ({ server, somebody, bob }) => {
  const alice = await somebody('alice', { origin: `http://${INSECURE_HOST}:${server.port}` });
  // Chromium's word for the same thing.
  alice.foresees(/Cross-Origin-Opener-Policy/);
  await bob.enters();
  await alice.opens();
  await expect(alice.screen.trouble).toContainText('https');
  await alice.screen.goInWithout.click();
  await alice.screen.nickname.fill('Alice');
  await alice.screen.enterLobby.click();
  await canListen(alice, bob);
});

test('a first visit loads no more than it shows, and the rest before anybody enters', async ({ alice }) => {
  const loaded: string[] = [];
  alice.page.on('request', (request) => loaded.push(request.url()));
  const rest = () => loaded.filter((url) => url.endsWith('/split_rest.wasm')).length;
  await alice.opens();
  expect(rest()).toBe(0);
  await alice.screen.nickname.fill('Alice');
  await expect.poll(rest).toBe(1);
});

test('when the rest of the page does not come, the page says so, and goes on trying', async ({ alice }) => {
  alice.foresees(/Failed to (load|fetch)/, /NetworkError/);
  const away = /split_rest\.wasm$|healthz$/;
  await alice.page.route(away, (route) => route.abort());
  await alice.opens();
  await alice.screen.nickname.fill('Alice');
  await alice.screen.enterLobby.click();
  await expect(alice.page.getByText('The connection to the server is lost.')).toBeVisible();
  await alice.page.unroute(away);
  await alice.isInTheRoom();
});

test('a page that was left open while the server was replaced says that there is a newer one', async ({ alice }) => {
  alice.foresees(/Failed to load/, /WebAssembly/);
  await alice.page.route('**/split_rest.wasm', (route) => route.fulfill({ status: 404 }));
  await alice.opens();
  await alice.screen.nickname.fill('Alice');
  await alice.screen.enterLobby.click();
  await expect(alice.page.getByText('There is a newer version of Tincan. Load this page again')).toBeVisible();
});

/** Whoever has no devices sees and hears whoever calls. */
async function canListen(alice: Person, bob: Person): Promise<void> {
  await bob.calls(alice);
  await alice.accepts();
  await alice.seesTheCameraOf(bob);
  await alice.hears(bob);
  await expect(bob.screen.badge('Alice is just listening')).toBeVisible();
  await bob.seesNoCameraOf(alice);
}
