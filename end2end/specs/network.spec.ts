// Networks as they are: they change under a call, lose packets and are narrow, and laptops are closed. Everybody
// here lives in a network of their own, and the server in one between them.

import { areInACall, areInTheLobby, areTalking, callEachOther, seeEachOther } from '../support/person';
import { pathOf } from '../support/path';
import { expect, test } from '../support/test';
import type { Network } from '../support/network';

test.use({ networked: 'lan', whole: true });

const OUTAGE = [/WebSocket/, /ERR_/];

test('somebody leaves one address and comes to another, three times in one call', async ({ network, alice, bob, diaryOf }, testInfo) => {
  test.slow();
  for (const person of [alice, bob]) person.foresees(...OUTAGE);
  await areInACall(alice, bob);
  await seeEachOther(alice, bob);
  const diaries = [await diaryOf(alice), await diaryOf(bob)];
  const start = Date.now();
  for (let time = 0; time < 3; time++) {
    const left = Date.now();
    network?.home('alice').leaves();
    const lost = [];
    for (const diary of diaries) lost.push(await diary.wait('call', 'reconnecting', left));
    const arrived = Date.now();
    network?.home('alice').arrives();
    for (const [i, diary] of diaries.entries()) {
      const found = await diary.wait('call', 'connected', arrived);
      const seen = await diary.wait('picture', 'moves', arrived);
      const { nickname } = diary.person;
      const description = `${nickname} loses it ${(lost[i] ?? NaN) - left} ms after leaving, and finds it ${found - arrived}, `
        + `sees ${seen - arrived} ms after arriving`;
      testInfo.annotations.push({ type: 'measured', description });
    }
    await seeEachOther(alice, bob);
  }
  for (const diary of diaries) {
    expect(['connected', 'reconnecting']).toEqual(expect.arrayContaining(await diary.about('call', start)));
    expect(await diary.about('ring', start)).toEqual(['nobody']);
  }
  await alice.hangsUp();
  await bob.readsThatItEnded(/Alice hung up/);
});

test('somebody changes the address in one moment, and the call goes on from there', async ({ network, alice, bob, diaryOf }, testInfo) => {
  for (const person of [alice, bob]) person.foresees(...OUTAGE);
  await areInACall(alice, bob);
  await seeEachOther(alice, bob);
  const diaries = [await diaryOf(alice), await diaryOf(bob)];
  const moved = Date.now();
  const address = network?.home('alice').moves();
  await expect.poll(() => alice.page.evaluate(() => window.probe.addresses())).toEqual([address]);
  await seeEachOther(alice, bob);
  await areTalking(alice, bob);
  for (const diary of diaries) {
    const description = `${diary.person.nickname} had no frame for at most ${await diary.longestStill(moved)} ms`;
    testInfo.annotations.push({ type: 'measured', description });
  }
});

test.describe('with a relay', () => {
  test.use({ flags: ['--relay', 'on'] });

  test('two on one network talk straight to each other', async ({ alice, bob }) => {
    await areInACall(alice, bob);
    await seeEachOther(alice, bob);
    for (const person of [alice, bob]) expect(await pathOf(person)).toEqual({ here: 'host', there: 'host', by: 'udp' });
    await expect(alice.page.getByText('Direct', { exact: true })).toBeVisible();
  });
});

test.describe('without a path between them', () => {
  test.use({ flags: ['--timeout', 'path_long=2000', '--timeout', 'restart_again=1000'] });

  test('nobody is said to be connected before there is one', async ({ network, alice, bob, diaryOf }) => {
    await areInTheLobby(alice, bob);
    network?.keepsPeopleApart();
    const diaries = [await diaryOf(alice), await diaryOf(bob)];
    await alice.calls(bob);
    await bob.accepts();
    for (const person of [alice, bob]) await expect(person.screen.status).toContainText('Still finding a path');
    for (const diary of diaries) expect(await diary.about('call')).not.toContain('connected');
    network?.calms();
    await areTalking(alice, bob);
    await seeEachOther(alice, bob);
  });
});

const BAD: Record<string, (network: Network) => void> = {
  'that loses a tenth of everything': (network) => network.loses(10),
  'of 300 kbit/s': (network) => network.narrows(300),
};

for (const [bad, worsen] of Object.entries(BAD)) {
  test.describe(`in a network ${bad}`, () => {
    test('a call is set up and shows both pictures', async ({ network, alice, bob, diaryOf }, testInfo) => {
      await areInTheLobby(alice, bob);
      if (network) worsen(network);
      const diaries = [await diaryOf(alice), await diaryOf(bob)];
      await alice.calls(bob);
      await bob.isRungBy(alice);
      const accepted = Date.now();
      await bob.accepts();
      for (const diary of diaries) {
        const connected = await diary.wait('call', 'connected');
        const seen = await diary.wait('picture', 'moves');
        const description = `${diary.person.nickname} connected after ${connected - accepted}, sees after ${seen - accepted} ms`;
        testInfo.annotations.push({ type: 'measured', description });
      }
      await seeEachOther(alice, bob);
      await areTalking(alice, bob);
    });

    test('two who call each other at once are in one call', async ({ network, alice, bob }) => {
      await areInTheLobby(alice, bob);
      if (network) worsen(network);
      await callEachOther(alice, bob);
      await areTalking(alice, bob);
      await seeEachOther(alice, bob);
      for (const { page } of [alice, bob]) {
        expect(await page.evaluate(() => window.probe.connections().length)).toBe(1);
      }
      await bob.hangsUp();
      await alice.readsThatItEnded(/Bob hung up/);
    });
  });
}

test.describe('somebody whose laptop is closed for longer than the server waits for a word', () => {
  const timeouts = ['silence=2000', 'ping=700', 'pong=1000', 'path_long=4000'];
  test.use({ flags: ['--log', 'debug', ...timeouts.flatMap((timeout) => ['--timeout', timeout])] });
  const SILENT = / ended connection=\d+ ending=Silent/;

  test('is back in the call', async ({ server, network, alice, bob, diaryOf }, testInfo) => {
    for (const person of [alice, bob]) person.foresees(...OUTAGE);
    await areInACall(alice, bob);
    await seeEachOther(alice, bob);
    const diaries = [await diaryOf(alice), await diaryOf(bob)];
    const start = Date.now();
    let woken = start;
    await network?.home('alice').sleepsUntil(async () => {
      await expect.poll(() => server.log.filter((line) => SILENT.test(line))).toHaveLength(1);
      await expect(bob.screen.status).toContainText('Still looking for a way back');
      // Before she wakes: the picture may be back in the same moment.
      woken = Date.now();
    });
    for (const diary of diaries) {
      const seen = await diary.wait('picture', 'moves', woken);
      testInfo.annotations.push({ type: 'measured', description: `${diary.person.nickname} sees after ${seen - woken} ms` });
    }
    await areTalking(alice, bob);
    await seeEachOther(alice, bob);
    for (const diary of diaries) {
      expect(['connected', 'reconnecting']).toEqual(expect.arrayContaining(await diary.about('call', start)));
    }
    await alice.hangsUp();
    await bob.readsThatItEnded(/Alice hung up/);
    await bob.sees(alice);
  });

  test('is back in the room', async ({ server, network, alice, bob, diaryOf }) => {
    for (const person of [alice, bob]) person.foresees(...OUTAGE);
    await areInTheLobby(alice, bob);
    const diary = await diaryOf(bob);
    await network?.home('alice').sleepsUntil(async () => {
      await expect.poll(() => server.log.filter((line) => SILENT.test(line))).toHaveLength(1);
    });
    await expect(async () => {
      expect(await alice.page.evaluate(() => window.probe.sockets().length)).toBe(2);
    }).toPass();
    await expect(alice.screen.connectionTrouble).toHaveCount(0);
    await bob.calls(alice);
    await alice.isRungBy(bob);
    await alice.accepts();
    await areTalking(alice, bob);
    expect(await diary.about('contacts')).not.toContain('');
  });
});
