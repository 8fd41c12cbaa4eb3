import { areInTheLobby } from '../support/person';
import { expect, test } from '../support/test';

test('latency', async ({ alice, bob }) => {
  test.setTimeout(200_000);
  for (const p of [alice, bob]) await p.page.addInitScript(() => {
    const w = window as any; w.marks = [];
    const mark = (s: string) => w.marks.push([performance.timeOrigin + performance.now(), s]);
    w.mark = mark;
    addEventListener('click', () => mark('click'), { capture: true });
    addEventListener('click', () => mark('click done'));
    const P = RTCPeerConnection;
    (window as any).RTCPeerConnection = class extends P { constructor(...a: any[]) { mark('new PC'); super(...a); mark('new PC done');
      this.addEventListener('connectionstatechange', () => mark('conn ' + this.connectionState));
      this.addEventListener('iceconnectionstatechange', () => mark('ice ' + this.iceConnectionState));
      this.addEventListener('icecandidate', () => mark('candidate'));
      this.addEventListener('track', (e) => { mark('track ' + e.track.kind); e.track.addEventListener('unmute', () => mark('unmute ' + e.track.kind)); });
    } };
    for (const m of ['setRemoteDescription', 'setLocalDescription', 'addIceCandidate']) {
      const o = (P.prototype as any)[m];
      (P.prototype as any)[m] = function (...a: any[]) { mark(m); const r = o.apply(this, a); r.then(() => mark(m + ' done')); return r; };
    }
    const s = WebSocket.prototype.send; WebSocket.prototype.send = function (d: any) { mark('send ' + String(d).slice(0, 60)); return s.call(this, d); };
    const g = MediaDevices.prototype.getUserMedia; MediaDevices.prototype.getUserMedia = function (c: any) { mark('gum'); const r = g.call(this, c); r.then(() => mark('gum done')); return r; };
    const rt = RTCRtpSender.prototype.replaceTrack; RTCRtpSender.prototype.replaceTrack = function (t: any) { mark('replaceTrack'); const r = rt.call(this, t); r.then(() => mark('replaceTrack done')); return r; };
    new MutationObserver(() => {
      const v = document.querySelector<HTMLVideoElement>('[data-testid="remote-video"]') as any;
      if (!v || v.seen) return; v.seen = 1; mark('video element');
      v.addEventListener('loadedmetadata', () => mark('loadedmetadata'));
      v.addEventListener('playing', () => mark('playing'));
      v.requestVideoFrameCallback(() => mark('FRAME'));
    }).observe(document, { childList: true, subtree: true });
  });
  await areInTheLobby(alice, bob);
  for (let i = 0; i < 5; i++) {
    await alice.calls(bob);
    await expect(bob.screen.acceptVideo).toBeVisible();
    await expect.poll(async () => JSON.stringify((await bob.wire()).slice(-3))).toContain('end_of_candidates');
    for (const p of [alice, bob]) await p.page.evaluate(() => { (window as any).marks.length = 0; });
    await bob.accepts();
    await bob.isIn('connected'); await alice.isIn('connected');
    await expect.poll(() => bob.page.evaluate(() => (window as any).marks.some((m: any) => m[1] === 'FRAME'))).toBe(true);
    if (i >= 3) {
      const all: any[] = [];
      for (const [n, p] of [['A', alice], ['B', bob]] as const) for (const [t, s] of await p.page.evaluate(() => (window as any).marks)) all.push([t, n + ' ' + s]);
      all.sort((a, b) => a[0] - b[0]);
      const t0 = all.find((m) => m[1] === 'B click')[0];
      console.log(all.map(([t, s]) => `${(t - t0).toFixed(1).padStart(7)} ${s}`).join('\n') + '\n-----');
    }
    await alice.hangsUp(); await bob.isIn('ended');
    for (const person of [alice, bob]) await person.screen.backToRoom.click();
    for (const person of [alice, bob]) await person.isInTheRoom();
  }
});
