// How fast a file arrives during a call, beside a bare data channel between the same two pages in the same call.
// Loopback, two browsers that draw and read video meanwhile: the ratio means something, the megabytes do not.

import { createHash, randomBytes } from 'node:crypto';
import { createReadStream, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';

import { withProfile } from '../support/browsers';
import { areInACall, Person } from '../support/person';
import { expect, test } from '../support/test';

const SIZE = 20_000_000;
const LARGE = 1_000_000_000;
const PART = 10_000_000;
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
async function bare(alice: Person, bob: Person, size = SIZE): Promise<number> {
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
  }, size);
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
  }, size);
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

test('a gigabyte, and what it costs in memory', async ({ alice, server }) => {
  test.setTimeout(900_000);
  const folder = mkdtempSync(join(import.meta.dirname, '../test-results/large-'));
  const [name, sent] = ['large.bin', createHash('sha256')];
  const file = await open(join(folder, name), 'w');
  for (let written = 0; written < LARGE; written += PART) {
    const part = randomBytes(PART);
    sent.update(part);
    await file.write(part);
  }
  await file.close();

  const receiver = { kind: 'chromium', owner: 'bob', devices: 'own', scripts: true } as const;
  const profile = withProfile(join(folder, 'profile'), receiver);
  const bob = await Person.arrives(profile, { name: 'bob', origin: server.origin, ...receiver });
  // Where nobody can be asked for a place: it lies on the browser's own disk first.
  await bob.page.addInitScript(() => Reflect.deleteProperty(window, 'showSaveFilePicker'));
  await areInACall(alice, bob);
  const floor = (await bare(alice, bob, LARGE / 5)) * 5;
  const before = [await memory(alice), await memory(bob)];
  const most = [...before];
  await alice.screen.filesToSend.setInputFiles(join(folder, name));
  await expect(bob.screen.acceptFile(name)).toBeVisible();
  const arrives = bob.page.waitForEvent('download', { timeout: 600_000 });
  const start = Date.now();
  await bob.screen.acceptFile(name).click();
  let took = 0;
  const done = arrives.then(() => (took = Date.now() - start));
  while (!took) {
    const now = [await memory(alice), await memory(bob)];
    now.forEach((bytes, who) => (most[who] = Math.max(most[who] ?? 0, bytes)));
    await Promise.race([done, alice.page.evaluate(() => new Promise((resolve) => setTimeout(resolve, 500)))]);
  }
  const hash = createHash('sha256');
  for await (const part of createReadStream(await (await arrives).path())) hash.update(part);
  expect(hash.digest('hex')).toBe(sent.digest('hex'));
  await bob.context.close();
  rmSync(folder, { recursive: true });

  const speed = (took: number) => `${(LARGE / 1000 / took).toFixed(1)} MB/s`;
  console.log(`floor ${speed(floor)}, a gigabyte ${speed(took)}, ${(floor / took).toFixed(2)} of the floor`);
  for (const [who, side] of ['sender', 'receiver'].entries()) {
    const [first, last] = [before[who] ?? 0, most[who] ?? 0].map((bytes) => Math.round(bytes / 1e6));
    console.log(`memory of the ${side}'s browser: ${first} MB before, at most ${last} MB meanwhile`);
  }
});

/** What all processes of a person's browser have to themselves, and their share of the rest, in bytes. Linux only. */
async function memory({ context }: Person): Promise<number> {
  const session = await context.browser()?.newBrowserCDPSession();
  const { processInfo } = (await session?.send('SystemInfo.getProcessInfo')) ?? { processInfo: [] };
  await session?.detach();
  const share = ({ id }: { id: number }) => {
    const [, kilobytes] = /^Pss: +(\d+)/m.exec(readFileSync(`/proc/${id}/smaps_rollup`, 'utf8')) ?? [];
    return Number(kilobytes) * 1024;
  };
  return processInfo.reduce((sum, process) => sum + share(process), 0);
}
