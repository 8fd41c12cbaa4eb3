// The relay of the server: whoever has no other path goes through it, and so does whoever wants no other.

import { OUTAGE, areInACall, areInTheLobby, areTalking, seeEachOther, type Person } from '../support/person';
import { pathOf } from '../support/path';
import { RELAY } from '../support/server';
import { expect, test } from '../support/test';

test.use({ flags: [...RELAY, '--relay-only', 'on'] });

test('where the host wants the relay alone, nobody learns an address, and both see each other', async ({ alice, bob }) => {
  await areInACall(alice, bob);
  await seeEachOther(alice, bob);
  for (const person of [alice, bob]) {
    // By UDP or TCP: on one machine either may be there first.
    await expect.poll(() => pathOf(person)).toMatchObject({ here: 'relay', there: 'relay' });
    await expect(person.page.getByText('Address hidden')).toBeVisible();
    const wire = JSON.stringify(await person.wire());
    expect(wire).toMatch(/typ relay/);
    expect(wire).not.toMatch(/typ (host|srflx|prflx)/);
  }
});

test.describe('of those who may choose', () => {
  test.use({ flags: RELAY });

  test('one who hides the address shows none, and the call goes through the relay', async ({ alice, bob }) => {
    await areInTheLobby(alice, bob);
    await alice.screen.openSettings.click();
    await alice.screen.setting('Hide my address').check();
    await alice.page.keyboard.press('Escape');
    await alice.calls(bob);
    await bob.isRungBy(alice);
    await bob.accepts();
    await areTalking(alice, bob);
    await seeEachOther(alice, bob);
    expect(await pathOf(alice)).toMatchObject({ here: 'relay' });
    expect(await pathOf(bob)).toMatchObject({ there: 'relay' });
    await expect(alice.page.getByText('Address hidden')).toBeVisible();
    await expect(bob.page.getByText('Relayed')).toBeVisible();
    const sent = JSON.stringify((await alice.wire()).filter(({ direction }) => direction === 'sent'));
    expect(sent).toMatch(/typ relay/);
    expect(sent).not.toMatch(/typ (host|srflx|prflx)/);
  });
});

test('a call through the relay is back after the server is', async ({ server, alice, bob, diaryOf }, testInfo) => {
  for (const person of [alice, bob]) person.foresees(...OUTAGE);
  await areInACall(alice, bob);
  await seeEachOther(alice, bob);
  const diaries = [await diaryOf(alice), await diaryOf(bob)];
  await server.ends('SIGKILL');
  for (const diary of diaries) await diary.wait('call', 'reconnecting');
  await server.comesBack();
  const returned = Date.now();
  for (const diary of diaries) {
    const seen = await diary.wait('picture', 'moves', returned);
    const description = `${diary.person.nickname} sees ${seen - returned} ms after the server is back`;
    testInfo.annotations.push({ type: 'measured', description });
  }
  await seeEachOther(alice, bob);
  await areTalking(alice, bob);
  for (const person of [alice, bob]) expect(await pathOf(person)).toMatchObject({ here: 'relay', there: 'relay' });
});

test('without UDP the relay is reached by TCP', async ({ alice, bob }) => {
  for (const person of [alice, bob]) await knowsOnly(person, '^turn:.*transport=tcp$');
  await areInACall(alice, bob);
  await seeEachOther(alice, bob);
  for (const person of [alice, bob]) await expect.poll(() => pathOf(person)).toEqual({ here: 'relay', there: 'relay', by: 'tcp' });
});

test.describe('with a certificate', () => {
  test.use({ flags: [...RELAY, '--relay-only', 'on', '--tls', 'self-signed'], trusting: true });

  test('where nothing but TLS gets through, the relay is reached by that', async ({ alice, bob }) => {
    for (const person of [alice, bob]) await knowsOnly(person, '^turns:');
    await areInACall(alice, bob);
    await seeEachOther(alice, bob);
    await areTalking(alice, bob);
    for (const person of [alice, bob]) await expect.poll(() => pathOf(person)).toEqual({ here: 'relay', there: 'relay', by: 'tls' });
  });
});

/** As if nothing came back from the others: a network of one machine lets everything through. */
async function knowsOnly({ context }: Person, pattern: string): Promise<void> {
  await context.addInitScript((pattern) => {
    window.RTCPeerConnection = new Proxy(window.RTCPeerConnection, {
      construct(target, [configuration, ...rest]: [RTCConfiguration | undefined, ...unknown[]], newTarget) {
        const iceServers = (configuration?.iceServers ?? [])
          .map((server) => ({ ...server, urls: [server.urls].flat().filter((url) => new RegExp(pattern).test(url)) }))
          .filter(({ urls }) => urls.length > 0);
        return Reflect.construct(target, [{ ...configuration, iceServers }, ...rest], newTarget) as object;
      },
    });
  }, pattern);
}

test('a call through the relay between two different browsers', async ({ somebody }) => {
  const [alice, bob] = [await somebody('alice'), await somebody('bob', { kind: 'firefox' })];
  await areInACall(alice, bob);
  await seeEachOther(alice, bob);
  await areTalking(alice, bob);
  expect(await pathOf(alice)).toMatchObject({ here: 'relay', there: 'relay' });
});
