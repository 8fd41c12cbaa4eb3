// A camera or a microphone that goes away in the middle of a call: the call goes on, a sentence says what has
// happened, and a button brings the device back.

import { areInACall, areInTheLobby, areTalking, seeEachOther, type Person } from '../support/person';
import { expect, test } from '../support/test';

test('a camera that is unplugged ends no call, and comes back', async ({ alice, bob, diaryOf }) => {
  await areInACall(alice, bob);
  await seeEachOther(alice, bob);
  const diary = await diaryOf(bob);
  await alice.unplugs('camera');
  await expect(alice.screen.trouble).toContainText('The camera is gone. Plug it in again');
  await bob.seesNoCameraOf(alice);
  await bob.hears(alice);
  await alice.seesTheCameraOf(bob);
  await alice.screen.tryAgain.click();
  await expect(alice.screen.trouble).toHaveCount(0);
  await expect(bob.screen.badge(/camera off/)).toHaveCount(0);
  await seeEachOther(alice, bob);
  expect(await diary.about('call')).toEqual(['connected']);
});

test('a microphone that is unplugged ends no call, and comes back', async ({ alice, bob, diaryOf }) => {
  await areInACall(alice, bob);
  const diary = await diaryOf(bob);
  await alice.unplugs('microphone');
  await expect(alice.screen.trouble).toContainText('The microphone is gone. Plug it in again');
  await expect(bob.screen.badge('Alice is just listening')).toBeVisible();
  await seeEachOther(alice, bob);
  await offAndOn(alice, 'microphone');
  await expect(alice.screen.trouble).toHaveCount(0);
  await expect(bob.screen.badge('Alice is just listening')).toHaveCount(0);
  await bob.hears(alice);
  expect(await diary.about('call')).toEqual(['connected']);
});

test('devices that are forbidden end no call, and come back', async ({ alice, bob, diaryOf }) => {
  await areInACall(alice, bob);
  const diary = await diaryOf(bob);
  await alice.permitsDevices('denied');
  await expect(alice.screen.trouble).toBeVisible();
  await bob.seesNoCameraOf(alice);
  await expect(bob.screen.badge('Alice is just listening')).toBeVisible();
  await alice.hears(bob);
  await alice.seesTheCameraOf(bob);

  await alice.permitsDevices('granted');
  await offAndOn(alice, 'camera');
  await offAndOn(alice, 'microphone');
  await expect(alice.screen.trouble).toHaveCount(0);
  await seeEachOther(alice, bob);
  await bob.hears(alice);
  expect(await diary.about('call')).toEqual(['connected']);
});

test('devices that are forbidden are not said to be unplugged', async ({ alice, bob }) => {
  await areInACall(alice, bob);
  await alice.permitsDevices('denied');
  // The two permissions go one after the other, and what is open may end with the first.
  await expect(alice.screen.trouble).toContainText(/^(The camera is|Camera and microphone are) not allowed/);
});

test('a camera that another program has ends no call, and comes when it is free', async ({ alice, bob, diaryOf }) => {
  await areInTheLobby(alice, bob);
  await alice.calls(bob, 'voice');
  await bob.accepts('voice');
  await areTalking(alice, bob);
  const diary = await diaryOf(bob);
  await alice.findsTheCameraTaken(true);
  await alice.screen.camera.click();
  await expect(alice.screen.trouble).toContainText('The camera is in use elsewhere. Close the program or tab');
  await areTalking(alice, bob);
  await bob.seesNoCameraOf(alice);
  await alice.findsTheCameraTaken(false);
  await offAndOn(alice, 'camera');
  await expect(alice.screen.trouble).toHaveCount(0);
  await bob.seesTheCameraOf(alice);
  expect(await diary.about('call')).toEqual(['connected']);
});

async function offAndOn(person: Person, device: 'camera' | 'microphone'): Promise<void> {
  const button = person.screen[device];
  await button.click();
  await expect(button).toHaveAttribute('aria-pressed', 'false');
  await button.click();
  await expect(button).toHaveAttribute('aria-pressed', 'true');
}
