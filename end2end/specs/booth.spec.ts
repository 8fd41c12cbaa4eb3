// Pictures: of oneself in the booth, with nobody's help, and of the other side of a call, who is told.

import type { Rgb } from '../support/camera';
import { whose } from '../support/camera';
import { OUTAGE, areInACall, areTalking, type Person } from '../support/person';
import { saves } from '../support/png';
import { expect, test } from '../support/test';

const SAVED = /^Tincan \d{4}-\d\d-\d\d \d\d\.\d\d\.\d\d\.\d{3}\.png$/;

async function isInTheBooth({ page, screen }: Person): Promise<void> {
  await page.goto('/booth');
  await expect(screen.shutter).toBeEnabled();
  await expect(screen.selfVideo).toBeVisible();
}

/** How large the camera's own picture is, as the browser says. */
function cameraSize({ screen }: Person): Promise<{ width: number; height: number }> {
  return screen.selfVideo.evaluate((video) => {
    const { videoWidth: width, videoHeight: height } = video as HTMLVideoElement;
    return { width, height };
  });
}

function spread(colour: Rgb): number {
  return Math.max(...colour) - Math.min(...colour);
}

/** How many cameras this page has open. */
function openCameras({ page }: Person): Promise<number> {
  return page.evaluate(() => window.probe.counts().liveTracks);
}

test('a saved picture is the camera’s, as large as the camera’s', async ({ alice }) => {
  await isInTheBooth(alice);
  await alice.screen.shutter.click();
  await expect(alice.screen.shots).toHaveCount(1);
  await expect(alice.screen.said).toHaveText('Picture 1 taken.');
  const picture = await saves(alice.page, () => alice.screen.saveShot(1).click());
  expect(picture.name).toMatch(SAVED);
  expect(whose(picture.colour)).toBe('alice');
  expect(await cameraSize(alice)).toEqual({ width: picture.width, height: picture.height });
  expect(picture.width).toBeGreaterThanOrEqual(640);
});

test('a look is seen at once and burned in', async ({ alice }) => {
  await isInTheBooth(alice);
  const filter = () => alice.screen.selfVideo.locator('..').evaluate((lens) => getComputedStyle(lens).filter);
  expect(await filter()).toBe('none');
  let number = 0;
  const taken: Record<string, Rgb> = {};
  for (const look of ['Plain', 'Mono', 'Sepia', 'Warm', 'Cool', 'Blur']) {
    await alice.screen.look(look).click();
    if (look !== 'Plain') expect(await filter()).not.toBe('none');
    await alice.screen.shutter.click();
    number += 1;
    await expect(alice.screen.shots).toHaveCount(number);
    taken[look] = (await saves(alice.page, () => alice.screen.saveShot(number).click())).colour;
  }
  const { Plain, Mono, Sepia, Warm, Cool, Blur } = taken as Record<'Plain' | 'Mono' | 'Sepia' | 'Warm' | 'Cool' | 'Blur', Rgb>;
  expect(whose(Plain)).toBe('alice');
  expect(spread(Mono)).toBeLessThan(4);
  expect(whose(Sepia)).not.toBe('alice');
  expect(spread(Sepia)).toBeLessThan(spread(Plain) / 2);
  expect(Sepia[0]).toBeGreaterThan(Sepia[2]);
  for (const changed of [Warm, Cool]) {
    expect(Math.hypot(...changed.map((part, i) => part - Plain[i as 0 | 1 | 2]))).toBeGreaterThan(8);
  }
  expect(whose(Blur)).toBe('alice');
});

test('where the canvas has no filters the looks are the same', { tag: '@once' }, async ({ alice }) => {
  await isInTheBooth(alice);
  const takeAll = async (from: number) => {
    const colours: Rgb[] = [];
    for (const [place, look] of ['Mono', 'Sepia', 'Warm', 'Cool', 'Blur'].entries()) {
      await alice.screen.look(look).click();
      await alice.screen.shutter.click();
      await expect(alice.screen.saveShot(from + place)).toBeVisible();
      colours.push((await saves(alice.page, () => alice.screen.saveShot(from + place).click())).colour);
    }
    return colours;
  };
  const filtered = await takeAll(1);
  await alice.page.evaluate(() => {
    const { prototype } = CanvasRenderingContext2D as unknown as { prototype: Record<string, unknown> };
    Reflect.deleteProperty(prototype, 'filter');
  });
  const byHand = await takeAll(6);
  for (const [place, colour] of byHand.entries()) {
    const same = filtered[place];
    for (const part of [0, 1, 2] as const) expect(Math.abs(colour[part] - (same?.[part] ?? 0))).toBeLessThan(6);
  }
});

test('space and enter take pictures, and the keys of the form stay its own', async ({ alice }) => {
  await isInTheBooth(alice);
  await alice.screen.booth.click();
  await alice.page.keyboard.press('Space');
  await expect(alice.screen.shots).toHaveCount(1);
  await alice.page.keyboard.press('Enter');
  await expect(alice.screen.shots).toHaveCount(2);
  await alice.screen.countdown.focus();
  await alice.page.keyboard.press('Space');
  await expect(alice.screen.countdown).toBeChecked();
  await alice.page.keyboard.press('Space');
  await expect(alice.screen.countdown).not.toBeChecked();
  await alice.screen.shutter.focus();
  await alice.page.keyboard.press('Enter');
  await expect(alice.screen.shots).toHaveCount(3);
});

test('it counts down aloud when that is wanted, and can be stopped', { tag: '@once' }, async ({ alice }) => {
  await isInTheBooth(alice);
  await alice.screen.countdown.check();
  await alice.page.clock.install();
  await alice.screen.shutter.click();
  for (const left of ['3', '2', '1']) {
    await expect(alice.screen.said).toHaveText(left);
    await expect(alice.screen.shots).toHaveCount(0);
    await alice.page.clock.runFor(1000);
  }
  await expect(alice.screen.shots).toHaveCount(1);

  await alice.screen.shutter.click();
  await expect(alice.screen.shutter).toHaveText('Stop');
  await alice.screen.shutter.click();
  await expect(alice.screen.said).toHaveText('Stopped.');
  await alice.page.clock.runFor(5000);
  await expect(alice.screen.shots).toHaveCount(1);
});

test('the strip has an end, and a picture can be deleted', { tag: '@once' }, async ({ alice }) => {
  await isInTheBooth(alice);
  for (let number = 1; number <= 12; number++) {
    await alice.screen.shutter.click();
    await expect(alice.screen.shots).toHaveCount(number);
  }
  await expect(alice.screen.shutter).toBeDisabled();
  await expect(alice.page.getByText('The strip is full.')).toBeVisible();
  const address = await alice.screen.shots.last().getByRole('img').getAttribute('src');
  await alice.screen.deleteShot(1).click();
  await expect(alice.screen.shots).toHaveCount(11);
  await expect(alice.screen.shutter).toBeEnabled();
  await expect(alice.screen.shutter).toBeFocused();
  alice.foresees(/ERR_FILE_NOT_FOUND/, /NetworkError/, /blob:/);
  const isThere = await alice.page.evaluate((address) => fetch(address ?? '').then(() => true, () => false), address);
  expect(isThere, 'a deleted picture is gone').toBe(false);
});

test('a mirror shows the left on the left, a picture for others does not', { tag: '@once' }, async ({ alice }) => {
  await isInTheBooth(alice);
  // Half of the camera's picture is white.
  await alice.page.evaluate(() => {
    const canvas = document.createElement('canvas');
    Object.assign(canvas, { width: 640, height: 480 });
    const context = canvas.getContext('2d');
    if (!context) throw new Error('There is no canvas.');
    setInterval(() => {
      context.fillStyle = 'black';
      context.fillRect(0, 0, 640, 480);
      context.fillStyle = 'white';
      context.fillRect(0, 0, 320, 480);
    }, 50);
    const video = document.querySelector<HTMLVideoElement>('[data-testid="self-video"]');
    if (video) video.srcObject = canvas.captureStream(20);
  });
  await expect.poll(() => alice.screen.selfVideo.evaluate((video) =>
    window.probe.meanColour(video as HTMLVideoElement)?.[2] ?? 0)).toBeGreaterThan(100);
  for (const mirrored of [true, false]) {
    await alice.screen.mirror.setChecked(mirrored);
    await alice.screen.shutter.click();
    const number = mirrored ? 1 : 2;
    await expect(alice.screen.shots).toHaveCount(number);
    const { halves: [left, right] } = await saves(alice.page, () => alice.screen.saveShot(number).click());
    expect(left[1] > right[1]).toBe(!mirrored);
  }
});

test('the booth works without a server, and leaving it closes the camera', { tag: '@once' }, async ({ alice, server }) => {
  alice.foresees(...OUTAGE);
  await alice.opens();
  await alice.screen.boothLink.click();
  await expect(alice.page).toHaveURL(/\/booth$/);
  await expect(alice.page).toHaveTitle('Photo booth · Tincan');
  await expect(alice.screen.shutter).toBeEnabled();
  await server.close();
  await alice.screen.look('Sepia').click();
  await alice.screen.shutter.click();
  await expect(alice.screen.shots).toHaveCount(1);
  await saves(alice.page, () => alice.screen.saveShot(1).click());
  expect(await openCameras(alice)).toBe(1);
  await alice.screen.leave.click();
  await expect(alice.screen.nickname).toBeVisible();
  await expect(alice.page).toHaveURL(/\/$/);
  await expect.poll(() => openCameras(alice)).toBe(0);
});

test('somebody in the booth is still in the room and can be called', { tag: '@once' }, async ({ alice, bob }) => {
  await alice.enters();
  await bob.enters();
  await alice.screen.boothDoor.click();
  await expect(alice.screen.shutter).toBeEnabled();
  await bob.sees(alice);
  await bob.calls(alice);
  await alice.isRungBy(bob);
  await alice.accepts();
  await areTalking(alice, bob);
  await bob.hangsUp();
  await alice.isIn('ended');
  await alice.screen.backToRoom.click();
  await expect(alice.screen.shutter).toBeEnabled();
  await alice.screen.leave.click();
  await alice.isInTheRoom();
  await expect.poll(() => openCameras(alice)).toBe(0);
});

test.describe(() => {
test.use({ flags: ['--timeout', 'picture_notice=5000'] });

test('whoever is in a picture of a call is told', async ({ alice, bob, server }) => {
  for (const person of [alice, bob]) person.foresees(...OUTAGE);
  await areInACall(alice, bob);
  await alice.seesTheCameraOf(bob);
  await server.close();
  await alice.screen.moreControls.click();
  const before = await alice.remoteWidth();
  await alice.screen.photo.click();
  await expect(bob.screen.pictureTaken).toHaveText('Alice took a picture of you');
  await expect(alice.screen.pictureTaken).toHaveCount(0);
  const widths = [before, await alice.remoteWidth()];
  const picture = await saves(alice.page, () => alice.screen.savePhoto.click());
  expect(whose(picture.colour)).toBe('bob');
  // While a call is young, what comes may grow.
  expect(picture.width).toBeGreaterThanOrEqual(Math.min(...widths));
  expect(picture.width).toBeLessThanOrEqual(Math.max(...widths));
  await alice.page.keyboard.press('p');
  await expect(bob.screen.pictureTaken).toHaveText('Alice took 2 pictures of you');
  await alice.screen.throwPhotoAway.click();
  await expect(alice.screen.savePhoto).toHaveCount(0);
  await expect(bob.screen.pictureTaken).toHaveCount(0);
});
});

test('there is no picture of somebody who shows none', { tag: '@once' }, async ({ alice, bob }) => {
  await areInACall(alice, bob);
  await alice.seesTheCameraOf(bob);
  await bob.screen.camera.click();
  await alice.seesNoCameraOf(bob);
  await alice.screen.moreControls.click();
  await expect(alice.screen.photo).toBeDisabled();
  await alice.page.keyboard.press('p');
  await bob.screen.camera.click();
  await alice.seesTheCameraOf(bob);
  await expect(bob.screen.pictureTaken).toHaveCount(0);
});
