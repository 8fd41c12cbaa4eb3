// A host name in a candidate tells its owner the address of whoever looks it up. In Chromium, which looks one up
// at once; Firefox, as it is tested here, checks no path to this machine's own address, so no trap can be laid for it.

import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';

import { BarePage } from '../support/bare-page';
import { SPY_HOST } from '../support/browsers';
import { SocketPeer } from '../support/socket-peer';
import { expect, test } from '../support/test';

test('nothing looks up a host name that somebody gives as a candidate', async ({ server, alice, pool, kind }) => {
  const trap = await Trap.laid();
  const bare = await BarePage.opens(await pool.lend({ kind, owner: 'bob', devices: 'own', scripts: true }));
  const { offer, fragment } = await bare.page.evaluate(bareOffer);

  // With devices allowed, the answer is made before the call is accepted.
  await alice.enters();
  await alice.screen.checkDevices.click();
  await expect(alice.screen.cameraPicker).toContainText(/\w/);
  const mallory = await SocketPeer.enters(server, 'Mallory');
  const call = SocketPeer.newCall();
  const to = await mallory.idOf('Alice');
  const signal = (sequence: number, body: object) =>
    mallory.send({ signal: { call, to, payload: { generation: 0, sequence, body } } });
  mallory.send({ invite: { call, peer: to, media: 'voice' } });
  signal(0, { offer: { sdp: trap.in(offer) } });
  signal(1, { candidate: { candidate: trap.candidate, mid: '0', line: 0, fragment } });
  signal(2, { end_of_candidates: {} });

  await expect(alice.screen.incoming).toContainText('Mallory');
  await expect.poll(async () => JSON.stringify(await alice.wire())).toContain('end_of_candidates');
  await expect.poll(() => alice.page.evaluate(() =>
    window.probe.connections().map(({ iceGatheringState }) => iceGatheringState))).toEqual(['complete']);
  await alice.accepts('voice');
  await mallory.hears('signal');
  await alice.isIn('connecting');

  // A bare page that is given such a candidate falls into its trap at once. Alice has had more time.
  const control = await Trap.laid();
  const own = await bare.page.evaluate(bareOffer);
  await bare.page.evaluate(takeCandidate, { candidate: control.candidate, ...own });
  await expect.poll(() => control.knocks).toBeGreaterThan(0);
  expect(trap.knocks).toBe(0);

  await alice.hangsUp();
  await bare.close();
  trap.close();
  control.close();
});

/** Whoever looks its name up finds this machine, and knocks at this port. */
class Trap {
  knocks = 0;

  private constructor(private readonly socket: Socket) {
    socket.on('message', () => (this.knocks += 1));
  }

  static async laid(): Promise<Trap> {
    // Both kinds of address, whichever the name leads to.
    const socket = createSocket('udp6').bind(0, '::');
    await once(socket, 'listening');
    return new Trap(socket);
  }

  get candidate(): string {
    return `candidate:1 1 udp 2113937151 ${SPY_HOST} ${this.socket.address().port} typ host`;
  }

  /** The offer, with the name wherever a description may have one. */
  in(offer: string): string {
    return offer.replaceAll('c=IN IP4 0.0.0.0', `c=IN IP4 ${SPY_HOST}`)
      .replace('a=mid:0\r\n', `a=mid:0\r\na=${this.candidate}\r\na=rtcp:${this.socket.address().port} IN IP4 ${SPY_HOST}\r\n`);
  }

  close(): void {
    this.socket.close();
  }
}

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
async function takeCandidate(given: { candidate: string; offer: string; fragment: string }): Promise<void> {
  const connection = new RTCPeerConnection();
  // Held, or it would be collected with the rest.
  Object.assign(window, { connection });
  await connection.setRemoteDescription({ type: 'offer', sdp: given.offer });
  await connection.setLocalDescription();
  const { candidate, fragment } = given;
  await connection.addIceCandidate({ candidate, sdpMid: '0', usernameFragment: fragment });
}
