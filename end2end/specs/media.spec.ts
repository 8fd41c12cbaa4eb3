// What travels between the two browsers, and what must not.

import { has, type Device } from '../support/devices';
import { areInACall, areInTheLobby, areTalking, type Person } from '../support/person';
import { expect, test } from '../support/test';

test('each sees the camera of the other and hears the voice', async ({ alice, bob }) => {
  await areInACall(alice, bob);
  await alice.seesTheCameraOf(bob);
  await bob.seesTheCameraOf(alice);
  await expect(alice.screen.stage).toContainText('Direct');
});

test('who is muted or has the camera off is seen on the other side', async ({ alice, bob }) => {
  await areInTheLobby(alice, bob);
  await alice.calls(bob);
  await bob.accepts();
  await alice.seesTheCameraOf(bob);

  await bob.screen.microphone.click();
  await expect(alice.screen.badge('Bob is muted')).toBeVisible();
  await bob.screen.microphone.click();
  await expect(alice.screen.badge('Bob is muted')).toHaveCount(0);
  await alice.hears(bob);

  const { liveTracks } = await bob.counts();
  await bob.screen.camera.click();
  await alice.seesNoCameraOf(bob);
  // The lamp of the camera goes out.
  await expect.poll(async () => (await bob.counts()).liveTracks).toBeLessThan(liveTracks);
  await bob.screen.camera.click();
  await expect(alice.screen.badge('Bob has the camera off')).toHaveCount(0);
  await alice.seesTheCameraOf(bob);
});

test('a camera can be turned on in a voice call', async ({ alice, bob }) => {
  await areInTheLobby(alice, bob);
  await alice.calls(bob, 'voice');
  await bob.accepts('voice');
  await areTalking(alice, bob);
  await bob.screen.camera.click();
  await alice.seesTheCameraOf(bob);
  await alice.screen.camera.click();
  await bob.seesTheCameraOf(alice);
});

test('how long it took from accepting to the first picture is measured', { tag: '@once' }, async ({ alice, bob }) => {
  await areInTheLobby(alice, bob);
  await alice.calls(bob);
  await bob.accepts();
  await bob.seesTheCameraOf(alice);
  await expect(bob.screen.setup).toContainText(/Connected in \d+\.\d s/);
  const [measure] = await bob.page.evaluate(() => performance.getEntriesByName('tincan-setup').map(({ duration }) => duration));
  const shown = Number(/(\d+\.\d) s/.exec(await bob.screen.setup.innerText())?.[1]);
  expect(Math.abs(shown - (measure ?? NaN) / 1000), `${measure} ms, shown as ${shown} s`).toBeLessThanOrEqual(0.06);
});

test('no address of the called one travels before the call is accepted', async ({ alice, bob }) => {
  await areInTheLobby(alice, bob);
  await alice.calls(bob);
  await bob.isRungBy(alice);
  // Everything that the caller's offer could provoke has been provoked: its candidates are there.
  await expect.poll(async () => JSON.stringify(await bob.wire())).toContain('end_of_candidates');
  const said = (await bob.wire()).filter(({ direction }) => direction === 'sent').map(({ text }) => text);
  expect(said.filter((text) => text.includes('signal'))).toEqual([]);
  const heard = (await alice.wire()).filter(({ direction }) => direction === 'received').map(({ text }) => text);
  expect(heard.filter((text) => text.includes('candidate'))).toEqual([]);

  await bob.accepts();
  await areTalking(alice, bob);
});

test('the answer is ready before the call is accepted, and names nobody', async ({ alice, bob }) => {
  await has(bob, CAMERA);
  await areInTheLobby(alice, bob);
  await alice.calls(bob);
  await bob.isRungBy(alice);
  await expect.poll(async () => JSON.stringify(await bob.wire())).toContain('end_of_candidates');
  await expect.poll(async () => (await waiting(bob)).gathering).toBe('complete');
  const { answer, offer } = await waiting(bob);
  // Bob's browser knows its own addresses, and none of Alice's. (What a browser itself writes into `o=` is nobody's.)
  expect(answer).toContain('a=candidate:');
  const offered = (await bob.wire()).map(({ text }) => text).find((text) => text.includes('"offer"')) ?? '';
  const attributes = (sdp: string) => new Set([...sdp.matchAll(/(?:\n|\\n)a=([a-z-]+)/g)].map(([, name]) => name));
  const names = attributes(offer);
  expect(names).toContain('fingerprint');
  expect(names).not.toContain('candidate');
  // Nothing else is missing, or the call would lack something.
  expect([...attributes(offered)].filter((name) => !names.has(name) && name !== 'rtcp')).toEqual([]);
  expect(new Set(offer.match(/^c=.*/gm))).toEqual(new Set(['c=IN IP4 0.0.0.0']));
  const said = (await bob.wire()).filter(({ direction }) => direction === 'sent').map(({ text }) => text);
  expect(said.filter((text) => text.includes('signal'))).toEqual([]);

  await bob.accepts();
  await areTalking(alice, bob);
  const heard = (await alice.wire()).filter(({ direction, text }) => direction === 'received' && text.includes('answer'));
  expect(heard.map(({ text }) => text).join(), 'the answer that was there').toContain(fragment(answer));
});

test('a browser that does not wait for as long as it rings answers all the same', async ({ alice, bob, kind }) => {
  test.skip(kind !== 'firefox', 'Others wait.');
  bob.foresees(/ICE failed/);
  await has(bob, CAMERA);
  await areInTheLobby(alice, bob);
  await alice.calls(bob);
  await expect.poll(async () => (await waiting(bob)).gathering).toBe('complete');
  const { answer } = await waiting(bob);
  await expect.poll(() => waiting(bob)).toEqual({ gathering: 'new', answer: '', offer: '' });
  await bob.accepts();
  await areTalking(alice, bob);
  const heard = (await alice.wire()).map(({ text }) => text).join();
  expect(heard, 'the answer that failed').not.toContain(fragment(answer));
});

/** With a name that the browser tells, as after the person has allowed devices. */
const CAMERA: Device = { part: 'camera', id: 'second', label: 'Second camera' };

/** The connection that was opened while it rings. */
function waiting({ page }: Person): Promise<{ gathering: string; answer: string; offer: string }> {
  return page.evaluate(() => {
    const [connection, ...others] = window.probe.connections();
    if (!connection || others.length > 0) throw new Error('There is one.');
    const { iceGatheringState: gathering, localDescription, remoteDescription } = connection;
    return { gathering, answer: localDescription?.sdp ?? '', offer: remoteDescription?.sdp ?? '' };
  });
}

/** A line of the description that no other one has. */
function fragment(sdp: string): string {
  return /^a=ice-ufrag:\S+/m.exec(sdp)?.[0] ?? 'nothing';
}
