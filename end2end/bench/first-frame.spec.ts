// What only a browser can measure: how much a first visit loads, and how long it is from *accept* to the first
// frame of the other side. `cargo bench` runs this and prints it beside the rest.

import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

import type { Page } from '@playwright/test';

import { BarePage } from '../support/bare-page';
import { areInTheLobby, type Person } from '../support/person';
import { expect, test } from '../support/test';
import { median } from './median';

const CALLS = 25;

test.use({ whole: true });

test('first visit and first frame', async ({ alice, bob, pool }) => {
  test.setTimeout(300_000);
  const first_visit_bytes = await firstVisit(alice);
  await areInTheLobby(alice, bob);

  const [caller, callee] = [
    await BarePage.opens(await pool.lend({ kind: 'chromium', owner: 'alice', devices: 'own', scripts: true, whole: true })),
    await BarePage.opens(await pool.lend({ kind: 'chromium', owner: 'bob', devices: 'own', scripts: true, whole: true })),
  ];
  await bridge(caller.page, callee.page);

  // They take turns, so that whatever else this machine does hits both alike.
  const [tincan, floor]: [number[], number[]] = [[], []];
  for (let call = 0; call < CALLS; call++) {
    floor.push(await bareCall(caller.page, callee.page));
    tincan.push(await realCall(alice, bob));
  }
  await caller.close();
  await callee.close();

  const report = { first_visit_bytes, first_frame_ms: median(tincan), first_frame_floor_ms: median(floor) };
  console.log(JSON.stringify({ ...report, tincan, floor }));
  if (process.env.BENCH) {
    mkdirSync(dirname(process.env.BENCH), { recursive: true });
    writeFileSync(process.env.BENCH, JSON.stringify(report));
  }
});

/** The bytes of every body, as they came over the wire. */
async function firstVisit({ page, screen }: Person): Promise<number> {
  await page.goto('/');
  await expect(screen.ready).toBeVisible();
  return page.evaluate(() => {
    const entries = [...performance.getEntriesByType('navigation'), ...performance.getEntriesByType('resource')];
    return entries.reduce((sum, entry) => sum + (entry as PerformanceResourceTiming).encodedBodySize, 0);
  });
}

async function realCall(alice: Person, bob: Person): Promise<number> {
  await alice.calls(bob);
  await expect(bob.screen.acceptVideo).toBeVisible();
  // As with the floor: the offer and its candidates are there before.
  await expect.poll(async () => JSON.stringify((await bob.wire()).slice(-3))).toContain('end_of_candidates');
  const measured = bob.page.evaluate(
    () =>
      new Promise<number>((resolve) => {
        let accepted = 0;
        addEventListener('click', () => (accepted = performance.now()), { capture: true, once: true });
        const look = new MutationObserver(() => {
          const video = document.querySelector<HTMLVideoElement>('[data-testid="remote-video"]');
          if (!video) return;
          look.disconnect();
          video.requestVideoFrameCallback(() => resolve(performance.now() - accepted));
        });
        look.observe(document.body, { childList: true, subtree: true });
      }),
  );
  await bob.accepts();
  const milliseconds = await measured;
  await alice.isIn('connected');
  await alice.hangsUp();
  await bob.isIn('ended');
  for (const person of [alice, bob]) await person.screen.backToRoom.click();
  for (const person of [alice, bob]) await person.isInTheRoom();
  return milliseconds;
}

// The floor: two bare pages, their messages carried from one to the other by this process.

interface Bare {
  connection: RTCPeerConnection;
  camera: MediaStream;
  tell: (message: string) => Promise<void>;
  hear: (message: string) => void;
}

type BareWindow = Window & { bare: Bare; tell: Bare['tell'] };

async function bridge(one: Page, other: Page): Promise<void> {
  const carry = (to: Page) => (message: string) =>
    to.evaluate((text) => (window as unknown as BareWindow).bare.hear(text), message);
  await one.exposeFunction('tell', carry(other));
  await other.exposeFunction('tell', carry(one));
}

/**
 * The same call as Tincan's: four transceivers and a channel; both cameras and microphones are opened, the callee's
 * when it accepts; the picture fills the page, and the voice is heard.
 */
async function bareCall(caller: Page, callee: Page): Promise<number> {
  const offer = await caller.evaluate(async () => {
    const camera = await navigator.mediaDevices.getUserMedia({ audio: true, video: { width: 640, height: 480 } });
    const connection = new RTCPeerConnection();
    const { tell } = window as unknown as BareWindow;
    connection.createDataChannel('control', { negotiated: true, id: 0 });
    const [sound] = camera.getAudioTracks();
    const [picture] = camera.getVideoTracks();
    for (const track of [sound ?? 'audio', picture ?? 'video', 'video', 'audio']) connection.addTransceiver(track);
    const hear = (message: string) => {
      const { sdp, candidate } = JSON.parse(message) as { sdp?: string; candidate?: RTCIceCandidateInit };
      if (sdp) void connection.setRemoteDescription({ type: 'answer', sdp });
      if (candidate) void connection.addIceCandidate(candidate);
    };
    (window as unknown as BareWindow).bare = { connection, camera, tell, hear };
    await connection.setLocalDescription();
    await new Promise<void>((resolve) => {
      connection.onicegatheringstatechange = () => {
        if (connection.iceGatheringState === 'complete') resolve();
      };
      if (connection.iceGatheringState === 'complete') resolve();
    });
    return connection.localDescription?.sdp ?? '';
  });
  const milliseconds = await callee.evaluate(async (sdp) => {
    const connection = new RTCPeerConnection();
    const { tell } = window as unknown as BareWindow;
    const camera = new MediaStream();
    (window as unknown as BareWindow).bare = { connection, camera, tell, hear: () => {} };
    const video = document.body.appendChild(document.createElement('video'));
    [video.autoplay, video.muted] = [true, true];
    video.style.cssText = 'position: fixed; inset: 0; width: 100%; height: 100%';
    const voice = new Audio();
    const shown = new Promise<number>((resolve) => video.requestVideoFrameCallback(() => resolve(performance.now())));
    connection.createDataChannel('control', { negotiated: true, id: 0 });
    connection.ontrack = ({ track, transceiver }) => {
      transceiver.direction = 'sendrecv';
      const player = track.kind === 'video' ? video : voice;
      if (player.srcObject) return;
      player.srcObject = new MediaStream([track]);
      void player.play();
    };
    connection.onicecandidate = ({ candidate }) => {
      if (candidate) void tell(JSON.stringify({ candidate }));
    };
    const accepted = performance.now();
    const opening = navigator.mediaDevices.getUserMedia({ audio: true, video: { width: 640, height: 480 } });
    await connection.setRemoteDescription({ type: 'offer', sdp });
    await connection.setLocalDescription();
    void tell(JSON.stringify({ sdp: connection.localDescription?.sdp }));
    for (const track of (await opening).getTracks()) {
      camera.addTrack(track);
      const line = connection.getTransceivers().find(({ receiver }) => receiver.track.kind === track.kind);
      void line?.sender.replaceTrack(track);
    }
    const milliseconds = (await shown) - accepted;
    video.remove();
    voice.srcObject = null;
    return milliseconds;
  }, offer);
  for (const page of [caller, callee]) {
    await page.evaluate(() => {
      const { connection, camera } = (window as unknown as BareWindow).bare;
      connection.close();
      for (const track of camera.getTracks()) track.stop();
    });
  }
  return milliseconds;
}
