// The server is away, or its line is dead without anybody having said so: nothing that runs between people ends.

import type { Diary } from '../support/diary';
import { areInACall, areInTheLobby, areTalking, callEachOther, seeEachOther, type Person } from '../support/person';
import { SocketPeer } from '../support/socket-peer';
import { expect, test } from '../support/test';

const OUTAGE = [/WebSocket/, /ERR_/, /can.t establish a connection/];
const AWAY = 'The server is away';

/** Short, so that a test need not wait long for what is only noticed by waiting. */
const SHORT = ['ping=500', 'pong=1000', 'backoff_most=1000'].flatMap((timeout) => ['--timeout', timeout]);

/** Comes back after an outage that began then: the place in the room, with a new welcome. */
async function isBack(diary: Diary, since: number): Promise<void> {
  const lost = await diary.wait('server', /^The/, since);
  await diary.wait('server', 'fine', lost);
}

test.describe('a line that swallows everything', () => {
  test.use({ flags: [...SHORT, '--timeout', 'silence=2000'] });

  test('is noticed in the room, and nothing there is lost', async ({ server, somebody, line, alice, diaryOf }) => {
    const bob = await somebody('bob', { origin: line.origin });
    bob.foresees(...OUTAGE);
    // So many that one looks for a name.
    for (let i = 0; i < 8; i++) await SocketPeer.enters(server, `Person ${i}`);
    await areInTheLobby(alice, bob);
    await bob.screen.search.fill('Ali');
    await expect(bob.screen.contacts).toHaveCount(1);
    const diaries = [await diaryOf(alice), await diaryOf(bob)];
    const start = Date.now();
    line.swallows();
    await expect(bob.screen.connectionTrouble).toBeVisible();
    await expect.poll(() => line.givenUp, { message: 'connections given up' }).toBeGreaterThan(0);
    line.mends();
    await expect(bob.screen.connectionTrouble).toHaveCount(0);
    await expect(bob.screen.search).toHaveValue('Ali');
    for (const diary of diaries) expect(await diary.about('contacts', start)).toHaveLength(1);
    await bob.calls(alice);
    await alice.isRungBy(bob);
  });

  test('ends no call, and whoever is behind it can hang up', async ({ somebody, line, alice, diaryOf }) => {
    const bob = await somebody('bob', { origin: line.origin });
    bob.foresees(...OUTAGE);
    await areInACall(alice, bob);
    const diary = await diaryOf(bob);
    line.swallows();
    await expect(bob.screen.badge(AWAY)).toBeVisible();
    await seeEachOther(alice, bob);
    await areTalking(alice, bob);
    expect(await diary.about('call')).toEqual(['connected']);
    await bob.hangsUp();
    await alice.readsThatItEnded(/Bob hung up/);
    await bob.readsThatItEnded(/You ended the call/);
    line.mends();
    await expect(bob.screen.connectionTrouble).toHaveCount(0);
    await alice.sees(bob);
    await bob.sees(alice);
  });

  test.describe('and a short grace', () => {
    test.use({ flags: [...SHORT, '--timeout', 'silence=2000', '--timeout', 'grace=3000'] });

    test('is given up, and who is behind it keeps the place for the grace', async ({ somebody, line, alice }) => {
      const bob = await somebody('bob', { origin: line.origin });
      bob.foresees(...OUTAGE);
      await areInTheLobby(alice, bob);
      line.swallows();
      await expect.poll(() => line.givenUp, { message: 'connections given up' }).toBeGreaterThan(0);
      await alice.sees(bob);
      await alice.calls(bob);
      await alice.readsThatItEnded(/Bob has lost the connection/);
      await alice.seesNo(bob);
    });
  });
});

test.describe('a server that stands still', () => {
  test.use({ flags: [...SHORT, '--timeout', 'silence=2000'] });

  test('is noticed in the room, and nobody is gone when it goes on', async ({ server, alice, bob, diaryOf }) => {
    for (const person of [alice, bob]) person.foresees(...OUTAGE);
    await areInTheLobby(alice, bob);
    const diaries = [await diaryOf(alice), await diaryOf(bob)];
    const start = Date.now();
    server.freezes();
    for (const person of [alice, bob]) await expect(person.screen.connectionTrouble).toBeVisible();
    server.thaws();
    for (const person of [alice, bob]) await expect(person.screen.connectionTrouble).toHaveCount(0);
    await bob.calls(alice);
    await alice.isRungBy(bob);
    await alice.declines();
    await bob.readsThatItEnded(/Alice declined/);
    for (const diary of diaries) expect(await diary.about('contacts', start)).not.toContain('');
  });

  test('ends no call, and one can hang up', async ({ server, alice, bob, diaryOf }) => {
    for (const person of [alice, bob]) person.foresees(...OUTAGE);
    await areInACall(alice, bob);
    const diaries = [await diaryOf(alice), await diaryOf(bob)];
    server.freezes();
    for (const person of [alice, bob]) await expect(person.screen.badge(AWAY)).toBeVisible();
    await seeEachOther(alice, bob);
    await areTalking(alice, bob);
    for (const diary of diaries) expect(await diary.about('call')).toEqual(['connected']);
    await alice.hangsUp();
    await alice.readsThatItEnded(/You ended the call/);
    await bob.readsThatItEnded(/Alice hung up/);
    server.thaws();
    await alice.sees(bob);
    await bob.sees(alice);
    for (const person of [alice, bob]) await expect(person.screen.connectionTrouble).toHaveCount(0);
  });
});

test.describe('a server that is killed', () => {
  test.use({ flags: SHORT });

  test('takes no frame from the call', async ({ server, alice, bob, diaryOf }, testInfo) => {
    for (const person of [alice, bob]) person.foresees(...OUTAGE);
    await areInACall(alice, bob);
    await seeEachOther(alice, bob);
    const diaries = [await diaryOf(alice), await diaryOf(bob)];
    const lost = (person: Person) => person.page.evaluate(() => window.probe.inbound('video', 'packetsLost'));
    const before = [await lost(alice), await lost(bob)];
    const start = Date.now();
    await server.ends('SIGKILL');
    for (const person of [alice, bob]) await expect(person.screen.badge(AWAY)).toBeVisible();
    await seeEachOther(alice, bob);
    await server.comesBack();
    for (const diary of diaries) await isBack(diary, start);
    await seeEachOther(alice, bob);
    expect([await lost(alice), await lost(bob)]).toEqual(before);
    for (const diary of diaries) {
      expect(await diary.about('call', start)).toEqual(['connected']);
      const still = await diary.longestStill(start);
      testInfo.annotations.push({ type: 'measured', description: `${diary.person.nickname} had no frame for at most ${still} ms` });
    }
    await alice.hangsUp();
    await bob.readsThatItEnded(/Alice hung up/);
  });

  test('does not keep anybody from hanging up', async ({ server, alice, bob }) => {
    for (const person of [alice, bob]) person.foresees(...OUTAGE);
    await areInACall(alice, bob);
    await server.ends('SIGKILL');
    for (const person of [alice, bob]) await expect(person.screen.badge(AWAY)).toBeVisible();
    await alice.hangsUp();
    await alice.readsThatItEnded(/You ended the call/);
    await bob.readsThatItEnded(/Alice hung up/);
    await server.comesBack();
    await alice.sees(bob);
    await bob.sees(alice);
    await bob.calls(alice);
    await alice.isRungBy(bob);
  });

  test('while it rings, rings again when the caller is back', async ({ server, somebody, line, bob }) => {
    const alice = await somebody('alice', { origin: line.origin });
    for (const person of [alice, bob]) person.foresees(...OUTAGE);
    await areInTheLobby(alice, bob);
    await alice.calls(bob);
    await bob.isRungBy(alice);
    line.cuts();
    await server.restarts('SIGKILL');
    await isWelcome(bob, 2);
    await bob.isRungBy(alice);
    await alice.isIn('ringing');
    line.mends();
    await isWelcome(alice, 2);
    await bob.isRungBy(alice);
    await bob.accepts();
    await areTalking(alice, bob);
  });

  test('while it rings, and the called one comes back last, rings again', async ({ server, somebody, line, alice }) => {
    const bob = await somebody('bob', { origin: line.origin });
    for (const person of [alice, bob]) person.foresees(...OUTAGE);
    await areInTheLobby(alice, bob);
    await alice.calls(bob);
    await bob.isRungBy(alice);
    line.cuts();
    await server.restarts('SIGKILL');
    await isWelcome(alice, 2);
    await alice.isIn('calling');
    line.mends();
    await isWelcome(bob, 2);
    await alice.isIn('ringing');
    await bob.isRungBy(alice);
    await bob.accepts();
    await areTalking(alice, bob);
  });

  test('while it rings, and who is called answers then, connects them when it is back', async ({ server, alice, bob }) => {
    for (const person of [alice, bob]) person.foresees(...OUTAGE);
    await areInTheLobby(alice, bob);
    await alice.calls(bob);
    await bob.isRungBy(alice);
    await server.ends('SIGKILL');
    await expect(bob.screen.connectionTrouble).toBeVisible();
    await bob.accepts();
    await server.comesBack();
    await areTalking(alice, bob);
    await seeEachOther(alice, bob);
  });

  test.describe('for good', () => {
    test.use({ flags: [...SHORT, '--timeout', 'ring=3000'] });

    test('while it rings, leaves nobody ringing', async ({ server, alice, bob }) => {
      for (const person of [alice, bob]) person.foresees(...OUTAGE);
      await areInTheLobby(alice, bob);
      await alice.calls(bob);
      await bob.isRungBy(alice);
      await server.ends('SIGKILL');
      await alice.readsThatItEnded(/The server is out of reach/);
      await bob.isRungByNobody();
      await expect(bob.screen.missed).toContainText('Alice');
    });
  });

  test('comes back, and a third person finds both in their call', async ({ server, alice, bob, carol }) => {
    for (const person of [alice, bob, carol]) person.foresees(...OUTAGE);
    await areInACall(alice, bob);
    await carol.enters();
    await server.restarts('SIGKILL');
    for (const person of [alice, bob, carol]) await isWelcome(person, 2);
    await carol.sees(alice, 'in_call');
    await carol.sees(bob, 'in_call');
    await expect(carol.screen.call('Bob', 'voice')).toBeDisabled();
    await alice.hangsUp();
    await bob.readsThatItEnded(/Alice hung up/);
    await carol.sees(bob);
  });
});

test.describe('signalling that takes 300 ms each way', () => {
  test('sets up a call that shows both pictures', async ({ somebody, line, diaryOf }, testInfo) => {
    const [alice, bob] = [await somebody('alice', { origin: line.origin }), await somebody('bob', { origin: line.origin })];
    await areInTheLobby(alice, bob);
    line.delays(300);
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
  });

  test('lets two who call each other at once find each other', async ({ somebody, line }) => {
    const [alice, bob] = [await somebody('alice', { origin: line.origin }), await somebody('bob', { origin: line.origin })];
    await areInTheLobby(alice, bob);
    line.delays(300);
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

/** The server has welcomed this page so many times. */
async function isWelcome(person: Person, times: number): Promise<void> {
  const welcomes = async () =>
    (await person.wire()).filter(({ direction, text }) => direction === 'received' && text.includes('"welcome":')).length;
  await expect.poll(welcomes, { message: `${person.nickname}'s welcomes` }).toBe(times);
}
