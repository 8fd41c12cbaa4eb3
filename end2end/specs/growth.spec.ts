import { areInTheLobby, type Person } from '../support/person';
import type { Counts } from '../support/probe';
import { expect, test } from '../support/test';

test('a hundred calls leave nothing behind', async ({ alice, bob }) => {
  test.setTimeout(400_000);
  await areInTheLobby(alice, bob);
  // What the first calls open once and keep is no leak.
  for (let i = 0; i < 3; i++) await callAndHangUp(alice, bob, i);
  const before = { alice: await alice.counts(), bob: await bob.counts() };
  for (let i = 0; i < 100; i++) await callAndHangUp(alice, bob, i);
  await expect.poll(async () => grown(before.alice, await alice.counts())).toEqual({});
  await expect.poll(async () => grown(before.bob, await bob.counts())).toEqual({});
  expect(before.alice).toMatchObject({ peerConnections: 0, liveTracks: 0, sockets: 1 });
});

/** What there is more of. Fewer is no leak: a timer may have been about to run when they were counted first. */
function grown(before: Counts, now: Counts): Partial<Counts> {
  return Object.fromEntries(Object.entries(now).filter(([name, count]) => count > before[name as keyof Counts]));
}

/** Both ways in turn, ended by either side in turn, and by voice alone now and then. */
async function callAndHangUp(alice: Person, bob: Person, turn: number): Promise<void> {
  const [caller, callee] = turn % 2 === 0 ? [alice, bob] : [bob, alice];
  const [first, second] = turn % 4 < 2 ? [caller, callee] : [callee, caller];
  const media = turn % 3 === 0 ? 'voice' : 'video';
  await caller.calls(callee, media);
  await callee.accepts(media);
  await caller.isIn('connected');
  await callee.isIn('connected');
  await first.hangsUp();
  for (const person of [first, second]) await person.screen.backToRoom.click();
  for (const person of [first, second]) await person.isInTheRoom();
}
