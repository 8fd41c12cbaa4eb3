// The doctor: what a device can do for a call, found out alone in its page. And why a call failed that found no path.

import { createServer, type AddressInfo } from 'node:net';

import { areInTheLobby, type Person } from '../support/person';
import { expect, test } from '../support/test';

/** Looking for what is not there takes a while. */
const PATIENCE = { timeout: 60_000 };

/** A relay has one port for UDP and TCP, that nobody else has. */
const RELAY_PORT = await freePort();
const RELAY = ['--relay=on', `--relay-listen=127.0.0.1:${RELAY_PORT}`, '--relay-host=127.0.0.1'];

function freePort(): Promise<number> {
  const server = createServer();
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });
}

async function isChecked({ screen }: Person, verdict: string): Promise<void> {
  await screen.startCheck.click();
  await expect(screen.verdict.getByRole('heading')).toHaveText(verdict, PATIENCE);
}

/** What the page says of these lines. */
async function says({ screen }: Person, lines: Record<string, string | RegExp>): Promise<void> {
  for (const [label, words] of Object.entries(lines)) await expect(screen.checked(label), label).toContainText(words);
}

const NOTHING = { liveTracks: 0, peerConnections: 0, sockets: 0 };

/** What this page has open. */
function open({ page }: Person): Promise<typeof NOTHING> {
  return page.evaluate(() => {
    const { liveTracks, peerConnections, sockets } = window.probe.counts();
    return { liveTracks, peerConnections, sockets };
  });
}

test.describe.configure({ timeout: 120_000 });

test('without a relay it says so, and everything else is tried', async ({ alice }) => {
  await alice.opens('/check');
  await expect(alice.page).toHaveTitle('Check this device · Tincan');
  await expect(alice.screen.playTone).toHaveCount(0);
  await isChecked(alice, 'You can call people on this network only');
  await says(alice, {
    'Secure page': 'Passes',
    Browser: 'Passes',
    Camera: /Passes.*It shows a picture of \d+ × \d+/,
    Microphone: /Passes.*It hears you/,
    'Way to the server': /Passes.*There and back takes/,
    'Address from outside': /Not there.*names nobody/,
    'Relay over UDP': /Not there.*offers none/,
    'Relay over TCP': /Not there.*offers none/,
    'Relay over TLS': /Not there.*offers none/,
    Direct: /Passes.*Direct, UDP.*Picture and sound come back, with \d+ kbit\/s/,
    'Through the relay': 'Not there',
  });
  await expect.poll(() => open(alice)).toEqual(NOTHING);
  await alice.screen.playTone.click();
  await alice.screen.toneHeard.click();
  await says(alice, { Speaker: 'Passes' });
});

test.describe('with a relay', () => {
  test.use({ flags: RELAY, whole: true });

  test('it is reached in each way, and a call goes through it', async ({ alice }) => {
    await alice.opens('/check');
    await isChecked(alice, 'You can call anyone');
    await says(alice, {
      'Relay over UDP': 'Passes',
      'Relay over TCP': 'Passes',
      'Relay over TLS': /Not there.*offers none/,
      Direct: 'Passes',
      'Through the relay': /Passes.*Through a relay.*Picture and sound come back/,
    });
  });

  test('the report has every line, and no address, name or secret', { tag: '@once' }, async ({ somebody, server }) => {
    const alice = await somebody('alice', { context: { permissions: ['clipboard-read', 'clipboard-write', 'camera', 'microphone'] } });
    await alice.opens('/check');
    await isChecked(alice, 'You can call anyone');
    await alice.page.getByRole('button', { name: 'Copy a report' }).click();
    const report = await alice.page.evaluate(() => navigator.clipboard.readText());
    expect(report).toMatch(/^Tincan, a check of a device\nYou can call anyone/);
    for (const label of ['Camera', 'Relay over UDP', 'Through the relay']) expect(report).toContain(`- ${label}: Passes.`);
    expect(report).not.toMatch(/\d+\.\d+\.\d+\.\d+|[0-9a-f]*:[0-9a-f]*:|\.local|turn:|stun:|localhost/);
    for (const secret of [String(server.port), String(RELAY_PORT)]) expect(report).not.toContain(secret);
    // What the server told the doctor alone.
    const told = JSON.stringify(await alice.wire());
    const credentials = [...told.matchAll(/(?:username|credential|peer|ticket)[\\": ]+([^"\\]{6,})/g)].map(([, secret]) => secret ?? '');
    for (const secret of credentials) expect(report).not.toContain(secret);
  });

  test('nobody in the lobby sees anybody come', { tag: '@once' }, async ({ alice, bob }) => {
    await bob.enters();
    await alice.opens('/check');
    await alice.screen.startCheck.click();
    await expect(alice.screen.checked('Way to the server')).toContainText('Passes', PATIENCE);
    expect(JSON.stringify(await bob.wire())).not.toContain('Check');
  });
});

test.describe('without permission', () => {
  test.use({ devices: 'denied' });

  test('it says what is not allowed, and looks at the rest', async ({ alice }) => {
    await alice.opens('/check');
    await isChecked(alice, 'You can call people on this network only');
    await expect(alice.screen.verdict).toContainText('Nobody will see or hear you');
    await says(alice, {
      Camera: /Fails.*The camera is not allowed/,
      Microphone: /Fails.*The microphone is not allowed/,
      'Way to the server': 'Passes',
      Direct: 'Passes',
    });
  });
});

test('stopping it and leaving it let go of everything', { tag: '@once' }, async ({ alice }) => {
  await alice.opens();
  await alice.screen.checkLink.click();
  await expect(alice.page).toHaveURL(/\/check$/);
  for (const ends of [alice.screen.stopCheck, alice.screen.leave]) {
    await alice.screen.startCheck.click();
    await expect(alice.screen.checked('Camera')).toContainText('Passes');
    expect((await open(alice)).liveTracks).toBeGreaterThan(0);
    await ends.click();
    await expect.poll(() => open(alice)).toEqual(NOTHING);
  }
  await expect(alice.screen.nickname).toBeVisible();
});

test('somebody who checks a device is still in the room and can be called', { tag: '@once' }, async ({ alice, bob }) => {
  await areInTheLobby(alice, bob);
  await alice.screen.checkDoor.click();
  await alice.screen.startCheck.click();
  await bob.calls(alice);
  await alice.isRungBy(bob);
  await alice.declines();
  await alice.screen.leave.click();
  await alice.isInTheRoom();
});

test.describe('a call that finds no path', () => {
  test.use({ flags: [...RELAY, '--timeout', 'path_long=2000', '--timeout', 'path_give_up=6000'] });

  test('says why on both sides, and offers the relay and the doctor', { tag: '@once' }, async ({ alice, bob }) => {
    for (const person of [alice, bob]) await person.findsNoPath();
    await areInTheLobby(alice, bob);
    await alice.calls(bob);
    await bob.accepts();
    for (const person of [alice, bob]) {
      await person.isIn('ended');
      await expect(person.screen.status).toContainText(/relay|UDP|directly|Nothing has come/);
      await person.screen.whatEachSideHad.click();
      await expect(person.page.getByRole('definition').first()).toContainText('own');
    }
    const before = (await alice.wire()).length;
    await alice.screen.tryTheRelay.click();
    await bob.isRungBy(alice);
    const since = async () => JSON.stringify((await alice.wire()).slice(before));
    await expect.poll(since, PATIENCE).toContain('end_of_candidates');
    expect(await since()).toContain('typ relay');
    expect(await since()).not.toMatch(/typ host|typ srflx/);
    await alice.cancels();
    await bob.screen.checkDoor.click();
    await expect(bob.screen.startCheck).toBeVisible();
  });
});
