// What travels between the two browsers, and what must not.

import { areInACall, areInTheLobby, areTalking } from '../support/person';
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

test('how long it took from accepting to the first picture is measured', async ({ alice, bob }) => {
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
  // The connection that waits has been given nothing, and looks for nothing.
  const waiting = await bob.page.evaluate(() => window.probe.connections().map((connection) =>
    [connection.iceGatheringState, connection.localDescription, connection.remoteDescription]));
  expect(waiting).toEqual([['new', null, null]]);

  await bob.accepts();
  await areTalking(alice, bob);
});
