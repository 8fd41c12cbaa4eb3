// How a person arranges the pictures of a call.

import { whose } from '../support/camera';
import { areInACall } from '../support/person';
import { expect, test } from '../support/test';

test('the own picture goes to any corner, by pointer and by keyboard', { tag: '@once' }, async ({ alice, bob }) => {
  await areInACall(alice, bob);
  const { page, screen } = alice;
  const place = async () => {
    const box = await screen.selfPicture.boundingBox();
    if (!box) throw new Error('There is no own picture.');
    return `${box.y < 384 ? 'top' : 'bottom'} ${box.x < 512 ? 'left' : 'right'}`;
  };
  await expect.poll(place).toBe('bottom right');
  await screen.selfPicture.hover();
  await page.mouse.down();
  await page.mouse.move(200, 250, { steps: 5 });
  await page.mouse.up();
  await expect.poll(place).toBe('top left');
  // It was moved, not swapped.
  await expect(screen.stage).toHaveAttribute('data-large', 'other');
  await screen.selfPicture.focus();
  await page.keyboard.press('ArrowDown');
  await expect.poll(place).toBe('bottom left');
  await page.keyboard.press('ArrowRight');
  await expect.poll(place).toBe('bottom right');
});

test('a click swaps the pictures, and another swaps them back', { tag: '@once' }, async ({ alice, bob }) => {
  await areInACall(alice, bob);
  const { screen } = alice;
  const widths = async () => {
    const [own, other] = [await screen.selfVideo.boundingBox(), await screen.remoteVideo.boundingBox()];
    const large = (box: typeof own) => box?.width === 1024 && box.height === 768;
    return `${large(own) ? 'own' : ''} ${large(other) ? 'other' : ''}`.trim();
  };
  await expect.poll(widths).toBe('other');
  await screen.selfPicture.click();
  await expect.poll(widths).toBe('own');
  await alice.seesTheCameraOf(bob);
  await screen.others.click();
  await expect.poll(widths).toBe('other');
});

test('the own picture is a mirror, the other one is not', { tag: '@once' }, async ({ alice, bob }) => {
  await areInACall(alice, bob);
  const scale = (video: Element) => new DOMMatrix(getComputedStyle(video).transform).a * Number(getComputedStyle(video).scale.split(' ')[0]?.replace('none', '1') ?? 1);
  expect(await alice.screen.selfVideo.evaluate(scale)).toBeLessThan(0);
  expect(await alice.screen.remoteVideo.evaluate(scale)).toBeGreaterThan(0);
});

test('the own picture can be hidden and shown again', { tag: '@once' }, async ({ alice, bob }) => {
  await areInACall(alice, bob);
  await alice.screen.selfPicture.hover();
  await alice.screen.hideSelf.click();
  await expect(alice.screen.selfPicture).toBeHidden();
  // The other side still sees it.
  await bob.seesTheCameraOf(alice);
  await alice.screen.moreControls.click();
  await alice.screen.showSelf.click();
  await expect(alice.screen.selfPicture).toBeVisible();
  await alice.screen.moreControls.click();
  await alice.page.keyboard.press('h');
  await expect(alice.screen.selfPicture).toBeHidden();
});

test('the call fills the screen', { tag: '@once' }, async ({ alice, bob }) => {
  await areInACall(alice, bob);
  await alice.screen.moreControls.click();
  await alice.screen.fullScreen.click();
  const filled = () => alice.page.evaluate(() => document.fullscreenElement?.tagName);
  await expect.poll(filled).toBe('MAIN');
  await alice.page.keyboard.press('e');
  await expect.poll(filled).toBeUndefined();
});

test.describe('in a whole browser', () => {
  test.use({ whole: true });

  test('the screen stays on during a call, and only then', { tag: '@once' }, async ({ alice, bob }) => {
    await alice.page.addInitScript(() => {
      const locks: WakeLockSentinel[] = [];
      Object.assign(window, { locks });
      const request = WakeLock.prototype.request;
      WakeLock.prototype.request = async function (type) {
        const lock = await request.call(this, type);
        locks.push(lock);
        return lock;
      };
    });
    const held = () =>
      alice.page.evaluate(() => (window as unknown as { locks: WakeLockSentinel[] }).locks.filter((lock) => !lock.released).length);
    await areInACall(alice, bob);
    await expect.poll(held).toBe(1);
    await alice.hangsUp();
    await expect.poll(held).toBe(0);
  });
});

test('whoever speaks is marked, and nobody who is muted', async ({ alice, bob }) => {
  await areInACall(alice, bob);
  const mark = alice.page.locator('.remote');
  await expect(mark).toHaveAttribute('data-speaks', 'yes');
  await bob.screen.microphone.click();
  await expect(alice.screen.badge('Bob is muted')).toBeVisible();
  await expect(mark).toHaveAttribute('data-speaks', 'no');
  const changes = await mark.evaluateHandle((mark) => {
    const changes: string[] = [];
    new MutationObserver(() => changes.push((mark as HTMLElement).dataset.speaks ?? '')).observe(mark, { attributeFilter: ['data-speaks'] });
    return changes;
  });
  // Time enough for a microphone that beeps all the time.
  for (let i = 0; i < 3; i++) await alice.seesFramesAdvance();
  expect(await changes.jsonValue()).toEqual([]);
  await bob.screen.microphone.click();
  await expect(mark).toHaveAttribute('data-speaks', 'yes');
});

test('the call goes on in a small window over all others, with its controls', { tag: '@once' }, async ({ alice, bob }) => {
  await areInACall(alice, bob);
  const small = await alice.opensTheSmallWindow();
  const picture = small.getByLabel('Picture of Bob');
  await expect.poll(() => picture.evaluate((video: HTMLVideoElement) => {
    const canvas = Object.assign(document.createElement('canvas'), { width: 1, height: 1 });
    const context = canvas.getContext('2d');
    context?.drawImage(video, 0, 0, 1, 1);
    return [...(context?.getImageData(0, 0, 1, 1).data ?? [])].slice(0, 3);
  }).then((pixel) => whose(pixel as [number, number, number]))).toBe('bob');
  await small.getByRole('button', { name: 'Microphone' }).click();
  await expect(bob.screen.badge('Alice is muted')).toBeVisible();
  const closes = small.waitForEvent('close');
  await small.getByRole('button', { name: 'Hang up' }).click();
  await bob.isIn('ended');
  await closes;
});

test('a browser that has no such window has the picture alone over all others', { tag: '@once' }, async ({ alice, bob }) => {
  await alice.page.addInitScript(() => Reflect.deleteProperty(window, 'documentPictureInPicture'));
  await areInACall(alice, bob);
  const floats = () => alice.page.evaluate(() => document.pictureInPictureElement?.getAttribute('aria-label'));
  await alice.screen.moreControls.click();
  await alice.screen.smallWindow.click();
  await expect.poll(floats).toBe('Picture of Bob');
  await alice.page.keyboard.press('w');
  await expect.poll(floats).toBeUndefined();
  await alice.page.keyboard.press('w');
  await expect.poll(floats).toBe('Picture of Bob');
  await alice.hangsUp();
  await expect.poll(floats).toBeUndefined();
});
