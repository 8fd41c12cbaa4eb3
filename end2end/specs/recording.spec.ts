// A call written into a file: whoever is in it sees that, for as long as it lasts; and the file is one that plays.

import { whose } from '../support/camera';
import { kept, type Kept } from '../support/kept';
import { OUTAGE, areInACall, areTalking, seeEachOther, type Person } from '../support/person';
import { hides, isOnDisk, watch } from '../support/recording';
import { expect, test } from '../support/test';

/** Begins once the other side shows it. */
async function records(person: Person, other: Person): Promise<void> {
  if (await person.screen.record.count() === 0) await person.screen.moreControls.click();
  await person.screen.record.click();
  await expect(person.screen.ownRecording).toBeVisible();
  await expect(other.screen.recordingBy(person.nickname)).toBeVisible();
  await expect(person.screen.record).toHaveAttribute('aria-pressed', 'true');
}

/** How many seconds it lasts, as the screen says. */
async function seconds(person: Person, by?: Person): Promise<number> {
  const mark = by ? person.screen.recordingBy(by.nickname) : person.screen.ownRecording;
  const [minutes, rest] = (await mark.innerText()).split(':').map(Number);
  return (minutes ?? 0) * 60 + (rest ?? 0);
}

/** Until so many seconds more are recorded. */
async function goesOn(person: Person, more: number, by?: Person): Promise<void> {
  const before = await seconds(person, by);
  await expect.poll(() => seconds(person, by), { timeout: 20_000 }).toBeGreaterThanOrEqual(before + more);
}

async function stops(person: Person): Promise<Kept> {
  const saved = kept(person.page);
  await person.screen.stopRecording.click();
  return saved;
}

/** Where what a person took part in belongs: the other one large, and both heard all the time. */
async function shows(person: Person, { name, bytes }: Kept, large: Person, small: Person, least: number) {
  expect(name).toMatch(
    new RegExp(`^Tincan call with ${large.nickname} \\d{4}-\\d\\d-\\d\\d \\d\\d\\.\\d\\d\\.(webm|mp4)$`));
  const seen = await watch(person, bytes);
  expect(seen.duration).toBeGreaterThan(least);
  expect(seen.size).toEqual([1280, 720]);
  const named = seen.moments.map(({ at, centre, corner }) => ({ at, centre: whose(centre), corner: whose(corner) }));
  expect(named.length).toBeGreaterThan(2);
  // The first pictures may be from before the streams play.
  const later = named.filter(({ at }) => at > 1.5);
  expect(later.filter(({ centre }) => centre !== nameOf(large))).toEqual([]);
  expect(later.at(-1)?.corner).toBe(nameOf(small));
  expect(later[0]?.corner).toBe(nameOf(small));
  // Everybody's microphone beeps all the time.
  expect(seen.loudness.length).toBeGreaterThan(least / 2 - 1);
  // Under load a voice may pause for longer than that, once.
  expect(seen.loudness.slice(0, -1).filter((loudness) => loudness < 1e-4).length).toBeLessThanOrEqual(1);
  return seen;
}

const nameOf = (person: Person) => person.nickname.toLowerCase();

test('a call is recorded with the server gone, through another device and a hidden tab', { tag: '@once' }, async ({ alice, bob, server }, testInfo) => {
  test.setTimeout(120_000);
  for (const person of [alice, bob]) person.foresees(...OUTAGE);
  await areInACall(alice, bob);
  await seeEachOther(alice, bob);
  await server.close();
  await records(alice, bob);
  await goesOn(alice, 2);

  // Another camera and another microphone take the place of those that are gone.
  for (const device of ['camera', 'microphone'] as const) {
    await alice.unplugs(device);
    await expect(alice.screen.trouble).toBeVisible();
    await alice.screen.tryAgain.click();
    await expect(alice.screen.trouble).toHaveCount(0);
  }
  await seeEachOther(alice, bob);
  await areTalking(alice, bob);

  const from = await seconds(alice);
  const hidden = await hides(alice);
  testInfo.annotations.push({ type: 'hidden', description: hidden.how });
  await goesOn(bob, 5, alice);
  const until = await seconds(bob, alice);
  await hidden.ends();

  await goesOn(alice, 2);
  const saved = await stops(alice);
  await expect(bob.screen.recordingBy('Alice')).toHaveCount(0);
  await expect(alice.screen.ownRecording).toHaveCount(0);
  await expect(alice.screen.recordingSaved).toBeVisible();
  await areTalking(alice, bob);
  // It costs what it is watched with.
  await alice.hangsUp();

  const { moments } = await shows(alice, saved, bob, alice, until);
  // The bar in Bob's picture has moved while nobody looked.
  const meanwhile = moments.filter(({ at }) => at > from + 1 && at < until - 1).map(({ bar }) => bar);
  expect(new Set(meanwhile).size).toBeGreaterThan(1);
});

test('it goes on when the other side loads its page again, and is told there', { tag: '@once' }, async ({ alice, bob }) => {
  test.setTimeout(90_000);
  await areInACall(alice, bob);
  await seeEachOther(alice, bob);
  await records(alice, bob);
  await goesOn(alice, 2);
  await bob.reloads();
  await areTalking(alice, bob);
  await expect(bob.screen.recordingBy('Alice')).toBeVisible();
  // It is as old as it is.
  expect(await seconds(bob, alice)).toBeGreaterThanOrEqual(2);
  await seeEachOther(alice, bob);
  await goesOn(alice, 2);
  const saved = kept(alice.page);
  await bob.hangsUp();
  await alice.isIn('ended');
  await expect(alice.screen.recordingSaved).toBeVisible();
  const seen = await watch(alice, (await saved).bytes);
  expect(seen.duration).toBeGreaterThan(4);
  expect(whose(seen.moments.at(-1)?.centre ?? [0, 0, 0])).toBe('bob');
});

test('what a page leaves behind is offered in the room, and plays', async ({ alice, bob }) => {
  test.setTimeout(90_000);
  await areInACall(alice, bob);
  await seeEachOther(alice, bob);
  await records(alice, bob);
  // On a busy machine an encoder is seconds behind.
  await goesOn(alice, 8);
  await alice.reloads();
  await areTalking(alice, bob);
  // Nobody records any more, and nobody says so.
  await expect(bob.screen.recordingBy('Alice')).toHaveCount(0);
  await expect(alice.screen.ownRecording).toHaveCount(0);
  await alice.hangsUp();
  await alice.readsThatItEnded(/You ended the call/);
  await expect(alice.screen.leftRecordings).toHaveCount(1);
  await expect(alice.screen.leftRecordings).toContainText(/A recording from .* was not saved\./);
  const saved = kept(alice.page);
  await alice.screen.saveRecording.click();
  await shows(alice, await saved, bob, alice, 3);
  await expect(alice.screen.leftRecordings).toHaveCount(0);
  // The browser may still copy it; with the next page it is gone.
  await alice.reloads();
  await alice.isInTheRoom();
  await expect.poll(() => isOnDisk(alice)).toEqual([]);
  await expect(alice.screen.leftRecordings).toHaveCount(0);
});

test('what is deleted is gone', { tag: '@once' }, async ({ alice, bob }) => {
  await areInACall(alice, bob);
  await records(alice, bob);
  await goesOn(alice, 2);
  expect(await isOnDisk(alice)).toHaveLength(1);
  await alice.reloads();
  await areTalking(alice, bob);
  await alice.hangsUp();
  await alice.readsThatItEnded(/You ended the call/);
  await alice.screen.deleteRecording.click();
  await expect(alice.screen.leftRecordings).toHaveCount(0);
  await expect.poll(() => isOnDisk(alice)).toEqual([]);
});

test('whoever does not show it is not recorded', { tag: '@once' }, async ({ alice, bob }) => {
  // As a client from before there were recordings: it says nothing.
  await bob.page.addInitScript(() => {
    const send = RTCDataChannel.prototype.send as (data: string) => void;
    RTCDataChannel.prototype.send = function (this: RTCDataChannel, data: string) {
      if (typeof data !== 'string' || !data.includes('recording_shown')) send.call(this, data);
    } as typeof RTCDataChannel.prototype.send;
  });
  await areInACall(alice, bob);
  await alice.screen.moreControls.click();
  await alice.screen.record.click();
  await expect(alice.page.getByText('Bob could not be told, so nothing is recorded.')).toBeVisible();
  await expect(alice.screen.record).toHaveAttribute('aria-pressed', 'false');
  await expect(bob.screen.recordingBy('Alice')).toHaveCount(0);
  expect(await isOnDisk(alice)).toEqual([]);
});

test('both may record, and nothing stays open afterwards', async ({ alice, bob }) => {
  await areInACall(alice, bob);
  await seeEachOther(alice, bob);
  const before = await alice.counts();
  await records(alice, bob);
  await records(bob, alice);
  await goesOn(alice, 2);
  const saved = [await stops(alice), await stops(bob)];
  expect(saved.map(({ name }) => name)).toEqual([
    expect.stringMatching(/^Tincan call with Bob /), expect.stringMatching(/^Tincan call with Alice /),
  ]);
  const open = async () => {
    const { audioContexts, liveTracks } = await alice.counts();
    return { audioContexts, liveTracks };
  };
  await expect.poll(open).toEqual({ audioContexts: before.audioContexts, liveTracks: before.liveTracks });
});

test('a browser that cannot record offers nothing', { tag: '@once' }, async ({ alice, bob }) => {
  await alice.page.addInitScript(() => Object.defineProperty(window, 'MediaRecorder', { value: undefined }));
  await areInACall(alice, bob);
  await alice.screen.moreControls.click();
  await expect(alice.screen.photo).toBeVisible();
  await expect(alice.screen.record).toHaveCount(0);
});
