// The calls that a device remembers for its owner.

import { areInACall, areInTheLobby, areTalking, type Person } from '../support/person';
import { expect, test } from '../support/test';

async function opensTheList({ screen }: Person): Promise<void> {
  await screen.recentCalls.click();
  await expect(screen.keepCalls).toBeVisible();
}

test('a call stands in the list, also after a reload, and can be made again', async ({ alice, bob }) => {
  await areInACall(alice, bob);
  await expect(alice.screen.timeInCall).toHaveText(/0:0[2-9]/);
  await bob.hangsUp();
  for (const person of [alice, bob]) {
    await person.isIn('ended');
    await person.screen.backToRoom.click();
    await person.isInTheRoom();
  }
  await alice.reloads();
  await alice.isInTheRoom();
  await opensTheList(alice);
  await expect(alice.screen.pastCalls).toHaveCount(1);
  await expect(alice.screen.pastCalls).toHaveText(/^Bob\s*\d+ s · \d/);
  await opensTheList(bob);
  await expect(bob.screen.pastCalls).toHaveText(/^Alice\s*\d+ s · \d/);

  await alice.screen.callBack('Bob').click();
  await bob.isRungBy(alice);
  await bob.declines();
  await alice.readsThatItEnded(/declined/);
  await opensTheList(alice);
  await expect(alice.screen.pastCalls).toHaveText([/^Bob\s*Declined · /, /^Bob\s*\d+ s · /]);
});

test('nobody can call back whoever is not there', async ({ alice, bob }) => {
  await areInTheLobby(alice, bob);
  await bob.calls(alice);
  await alice.isRungBy(bob);
  await bob.cancels();
  await alice.isRungByNobody();
  await opensTheList(alice);
  await expect(alice.screen.pastCalls).toHaveText(/^Bob\s*Missed · /);
  const callBack = alice.screen.pastCalls.getByRole('button');
  await expect(callBack).toHaveCount(1);
  await bob.leaves();
  await alice.seesNo(bob);
  await expect(callBack).toHaveCount(0);
});

test('the list can be cleared and switched off', async ({ alice, bob }) => {
  await areInACall(alice, bob);
  await alice.hangsUp();
  await alice.screen.backToRoom.click();
  await opensTheList(alice);
  await expect(alice.screen.pastCalls).toHaveCount(1);
  await alice.screen.clearCalls.click();
  await expect(alice.page.getByText('No calls yet.')).toBeVisible();
  await alice.screen.keepCalls.uncheck();
  await expect(alice.page.getByText('No calls are kept.')).toBeVisible();

  await bob.screen.backToRoom.click();
  await bob.calls(alice);
  await alice.accepts();
  await areTalking(alice, bob);
  await alice.hangsUp();
  await alice.screen.backToRoom.click();
  await alice.reloads();
  await alice.isInTheRoom();
  await opensTheList(alice);
  await expect(alice.screen.keepCalls).not.toBeChecked();
  await expect(alice.page.getByText('No calls are kept.')).toBeVisible();
  expect(await alice.page.evaluate(() => localStorage.getItem('tincan') ?? '')).not.toContain('Bob');
});

test('what is left of a broken list is replaced', async ({ alice }) => {
  await alice.opens();
  await alice.page.evaluate(() => {
    localStorage.setItem('tincan', JSON.stringify({ nickname: 'Ada', calls: [{ with: 7 }, 'nonsense'], blocked: ['Mallory'] }));
  });
  await alice.opens();
  await expect(alice.screen.nickname).toHaveValue('Ada');
  await alice.screen.enterLobby.click();
  await alice.isInTheRoom();
  await opensTheList(alice);
  await expect(alice.page.getByText('No calls yet.')).toBeVisible();
});
