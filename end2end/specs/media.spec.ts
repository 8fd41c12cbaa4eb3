// What travels between the two browsers, and what must not.

import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';

import { BarePage } from '../support/bare-page';
import { SPY_HOST } from '../support/browsers';
import { areInACall, areInTheLobby, areTalking } from '../support/person';
import { SocketPeer } from '../support/socket-peer';
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
  const measures = await bob.page.evaluate(() => performance.getEntriesByType('measure').map(({ name }) => name));
  expect(measures).not.toEqual([]);
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
  expect(await bob.page.evaluate(() => window.probe.connections().length)).toBe(0);

  await bob.accepts();
  await areTalking(alice, bob);
});

test('nothing looks up a host name that somebody gives as a candidate', async ({ server, alice, pool, kind }) => {
  // A trap: whoever looks the name up finds this machine, and knocks at this door.
  const trap = createSocket('udp4');
  let knocks = 0;
  trap.on('message', () => (knocks += 1));
  trap.bind(0, '127.0.0.1');
  await once(trap, 'listening');
  const candidate = `candidate:1 1 udp 2113937151 ${SPY_HOST} ${(trap.address() as AddressInfo).port} typ host`;

  const bare = await BarePage.opens(await pool.lend({ kind, owner: 'bob', devices: 'own' }));
  const { offer, fragment } = await bare.page.evaluate(bareOffer);

  await alice.enters();
  const mallory = await SocketPeer.enters(server, 'Mallory');
  const call = SocketPeer.newCall();
  const to = mallory.idOf('Alice');
  const signal = (sequence: number, body: object) =>
    mallory.send({ signal: { call, to, payload: { generation: 0, sequence, body } } });
  mallory.send({ invite: { call, peer: to, media: 'voice' } });
  signal(0, { offer: { sdp: offer } });
  signal(1, { candidate: { candidate, mid: '0', line: 0, fragment } });
  signal(2, { end_of_candidates: {} });

  await expect(alice.screen.incoming).toContainText('Mallory');
  await expect.poll(async () => JSON.stringify(await alice.wire())).toContain('end_of_candidates');
  await alice.accepts('voice');
  await mallory.hears('signal');
  await alice.isIn('connecting');

  // The trap works: a bare page that is given the candidate does knock, and then nobody else has.
  const own = await bare.page.evaluate(bareOffer);
  const before = knocks;
  expect(before).toBe(0);
  await bare.page.evaluate(takeCandidate, { candidate, offer: own });
  await expect.poll(() => knocks).toBeGreaterThan(0);

  await alice.hangsUp();
  await bare.close();
  trap.close();
});

/** Given to the browser as text. An offer as Tincan makes one. */
async function bareOffer(): Promise<{ offer: string; fragment: string }> {
  const connection = new RTCPeerConnection();
  connection.createDataChannel('control', { negotiated: true, id: 0 });
  for (const kind of ['audio', 'video', 'video', 'audio']) connection.addTransceiver(kind);
  await connection.setLocalDescription();
  const offer = connection.localDescription?.sdp ?? '';
  return { offer, fragment: /^a=ice-ufrag:(.+?)\r?$/m.exec(offer)?.[1] ?? '' };
}

/** Given to the browser as text. */
async function takeCandidate(given: {
  candidate: string;
  offer: { offer: string; fragment: string };
}): Promise<void> {
  const connection = new RTCPeerConnection();
  await connection.setRemoteDescription({ type: 'offer', sdp: given.offer.offer });
  await connection.setLocalDescription();
  await connection.addIceCandidate({
    candidate: given.candidate,
    sdpMid: '0',
    usernameFragment: given.offer.fragment,
  });
}
