// How fast a file arrives during a call, beside a bare data channel between the same two pages in the same call.
// Loopback, two browsers that draw and read video meanwhile: the ratio means something, the megabytes do not.

import { createHash, randomBytes } from 'node:crypto';
import { createReadStream } from 'node:fs';

import { areInACall, type Person } from '../support/person';
import { expect, test } from '../support/test';

const SIZE = 20_000_000;
const ROUNDS = 3;

interface Floor {
  connection: RTCPeerConnection;
  done?: Promise<void>;
}

declare global {
  interface Window {
    floor: Floor;
  }
}

/** Milliseconds, from the first byte that is sent to the last that is there. */
async function bare(alice: Person, bob: Person): Promise<number> {
  const gathered = () =>
    new Promise<string>((resolve) => {
      const { connection } = window.floor;
      const look = () => {
        if (connection.iceGatheringState === 'complete') resolve(JSON.stringify(connection.localDescription));
      };
      connection.addEventListener('icegatheringstatechange', look);
      look();
    });
  await bob.page.evaluate((size) => {
    const connection = new RTCPeerConnection();
    const channel = connection.createDataChannel('floor', { negotiated: true, id: 0 });
    channel.binaryType = 'arraybuffer';
    let have = 0;
    const done = new Promise<void>((resolve) => {
      channel.onmessage = ({ data }) => {
        have += (data as ArrayBuffer).byteLength;
        if (have === size) resolve();
      };
    });
    window.floor = { connection, done };
  }, SIZE);
  await alice.page.evaluate((size) => {
    const connection = new RTCPeerConnection();
    const channel = connection.createDataChannel('floor', { negotiated: true, id: 0 });
    channel.bufferedAmountLowThreshold = 256 * 1024;
    const part = crypto.getRandomValues(new Uint8Array(32 * 1024));
    let sent = 0;
    const pump = () => {
      while (sent < size && channel.bufferedAmount <= 512 * 1024) {
        const next = part.subarray(0, Math.min(part.length, size - sent));
        channel.send(next);
        sent += next.length;
      }
    };
    channel.onbufferedamountlow = pump;
    const open = new Promise<void>((resolve) => (channel.onopen = () => resolve()));
    window.floor = { connection, done: open };
    Object.assign(window.floor, { pump });
    return connection.setLocalDescription();
  }, SIZE);
  const offer = await alice.page.evaluate(gathered);
  await bob.page.evaluate(async (offer) => {
    await window.floor.connection.setRemoteDescription(JSON.parse(offer));
    await window.floor.connection.setLocalDescription();
  }, offer);
  const answer = await bob.page.evaluate(gathered);
  await alice.page.evaluate(async (answer) => {
    await window.floor.connection.setRemoteDescription(JSON.parse(answer));
    await window.floor.done;
  }, answer);
  const start = Date.now();
  await alice.page.evaluate(() => (window.floor as Floor & { pump: () => void }).pump());
  await bob.page.evaluate(() => window.floor.done);
  const took = Date.now() - start;
  for (const { page } of [alice, bob]) await page.evaluate(() => window.floor.connection.close());
  return took;
}

/** Milliseconds, from *accept* to a file that is on the disk, and the same. */
async function ours(alice: Person, bob: Person, round: number): Promise<number> {
  const sent = { name: `${round}.bin`, mimeType: 'application/octet-stream', buffer: randomBytes(SIZE) };
  await alice.sendsFiles(sent);
  const arrives = bob.page.waitForEvent('download', { timeout: 60_000 });
  await expect(bob.screen.acceptFile(sent.name)).toBeVisible();
  const start = Date.now();
  await bob.screen.acceptFile(sent.name).click();
  const download = await arrives;
  const took = Date.now() - start;
  const hash = createHash('sha256');
  for await (const part of createReadStream(await download.path())) hash.update(part);
  expect(hash.digest('hex')).toBe(createHash('sha256').update(sent.buffer).digest('hex'));
  for (const person of [alice, bob]) await person.screen.dismissFile(sent.name).click();
  return took;
}

test('a file beside a bare data channel', async ({ alice, bob }) => {
  test.setTimeout(400_000);
  await areInACall(alice, bob);
  const times: [number, number][] = [];
  for (let round = 0; round < ROUNDS; round++) times.push([await bare(alice, bob), await ours(alice, bob, round)]);
  const speed = (took: number) => `${(SIZE / 1000 / took).toFixed(1)} MB/s`;
  for (const [floor, took] of times) {
    console.log(`floor ${speed(floor)}, a file ${speed(took)}, ${(floor / took).toFixed(2)} of the floor`);
  }
});
