// A camera or a microphone that goes away in the middle of a call: the call goes on, a sentence says what has
// happened, and a button brings the device back. Another one takes its place without a gap; a new one is offered.

import { COLOURS, whose, type Name, type Rgb } from '../support/camera';
import { has, led, plugsIn, pullsOut, type Device } from '../support/devices';
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

test('a microphone that is unplugged ends no call, and comes back', { tag: '@once' }, async ({ alice, bob, diaryOf }) => {
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

test('devices that are forbidden end no call, and come back', { tag: '@once' }, async ({ alice, bob, diaryOf }) => {
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

test('devices that are forbidden are not said to be unplugged', { tag: '@once' }, async ({ alice, bob }) => {
  await areInACall(alice, bob);
  await alice.permitsDevices('denied');
  // The two permissions go one after the other, and what is open may end with the first.
  await expect(alice.screen.trouble).toContainText(/^(The camera is|Camera and microphone are) not allowed/);
});

test('a camera that another program has ends no call, and comes when it is free', { tag: '@once' }, async ({ alice, bob, diaryOf }) => {
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

const SECOND: Device = { part: 'camera', id: 'second', label: 'Second camera', colour: COLOURS.carol };
const HEADSET: Device[] = [
  { part: 'microphone', id: 'headset-in', label: 'Headset microphone', group: 'headset' },
  { part: 'speaker', id: 'headset-out', label: 'Headset speaker', group: 'headset' },
];
const LAPEL: Device = { part: 'microphone', id: 'lapel', label: 'Lapel microphone' };
const DESK: Device = { part: 'speaker', id: 'desk', label: 'Desk speaker' };

test('another camera is seen at once, and nothing is negotiated for it', async ({ alice, bob, diaryOf }) => {
  await has(alice, SECOND);
  await areInACall(alice, bob);
  await seeEachOther(alice, bob);
  const [before, diary] = [await negotiated(bob), await diaryOf(bob)];
  const pictures = await picturesSeenBy(bob);
  await alice.screen.moreControls.click();
  await alice.screen.cameraPicker.selectOption('Second camera');
  await expect.poll(() => bob.remoteCamera()).toBe('carol');
  await bob.seesFramesAdvance();
  await expect(bob.screen.badge(/camera off/)).toHaveCount(0);
  noteGap(await pictures(), 'alice', 'carol');
  expect(await negotiated(bob)).toEqual(before);
  expect(await diary.about('call')).toEqual(['connected']);

  await alice.screen.cameraPicker.selectOption('The browser’s choice');
  await bob.seesTheCameraOf(alice);
  expect(await negotiated(bob)).toEqual(before);
});

test('another microphone is heard at once, and nothing is negotiated for it', { tag: '@once' }, async ({ alice, bob }) => {
  await has(alice, ...HEADSET, LAPEL);
  await areInACall(alice, bob);
  const before = await negotiated(bob);
  await alice.screen.moreControls.click();
  await alice.screen.microphonePicker.selectOption('Headset microphone');
  await expect.poll(async () => (await voice(alice)).deviceId).toBe('headset-in');
  await bob.hears(alice);
  // Both hum all the time: what is silent between them is the gap.
  const silence = await silenceHeardBy(bob);
  await expect.poll(async () => (await silence()).loud).toBeGreaterThan(1000);
  await alice.screen.microphonePicker.selectOption('Lapel microphone');
  await expect.poll(async () => (await voice(alice)).deviceId).toBe('lapel');
  const { loud } = await silence();
  await expect.poll(async () => (await silence()).loud).toBeGreaterThan(loud + 1000);
  const { longest } = await silence();
  test.info().annotations.push({ type: 'gap', description: `${Math.round(longest)} ms without a sound (at most 300)` });
  await expect(bob.screen.badge('Alice is just listening')).toHaveCount(0);
  expect(await negotiated(bob)).toEqual(before);
});

test('whoever is muted stays so with another microphone', { tag: '@once' }, async ({ alice, bob }) => {
  await has(alice, ...HEADSET);
  await areInACall(alice, bob);
  await alice.screen.microphone.click();
  await expect(bob.screen.badge('Alice is muted')).toBeVisible();
  await alice.screen.moreControls.click();
  await alice.screen.microphonePicker.selectOption('Headset microphone');
  await expect.poll(async () => (await voice(alice)).deviceId).toBe('headset-in');
  expect(await alice.page.evaluate(() => window.probe.connections()[0]?.getSenders()[0]?.track?.enabled)).toBe(false);
  await expect(bob.screen.badge('Alice is muted')).toBeVisible();
});

test('what is done to the voice is switched in the middle of a call, and stays so', { tag: '@once' }, async ({ alice, bob }) => {
  await areInACall(alice, bob);
  await expect.poll(() => voice(alice)).toMatchObject({ noiseSuppression: true, echoCancellation: true, autoGainControl: true });
  const before = await negotiated(bob);
  await alice.screen.moreControls.click();
  await alice.screen.openSettings.click();
  await alice.screen.setting('Suppress noise').uncheck();
  await expect.poll(() => voice(alice)).toMatchObject({ noiseSuppression: false, echoCancellation: true, autoGainControl: true });
  await alice.screen.setting('Even out loudness').uncheck();
  await alice.screen.setting('Cancel echo').uncheck();
  await expect.poll(() => voice(alice)).toMatchObject({ noiseSuppression: false, echoCancellation: false, autoGainControl: false });
  await bob.hears(alice);
  await alice.screen.setting('Suppress noise').check();
  await expect.poll(() => voice(alice)).toMatchObject({ noiseSuppression: true, echoCancellation: false, autoGainControl: false });
  await bob.hears(alice);
  expect(await negotiated(bob)).toEqual(before);
  await expect.poll(() => liveVoices(alice), { message: 'the earlier microphones are closed' }).toBe(1);

  await alice.page.keyboard.press('Escape');
  await alice.hangsUp();
  await alice.reloads();
  await alice.isInTheRoom();
  await alice.screen.openSettings.click();
  await expect(alice.screen.setting('Suppress noise')).toBeChecked();
  await expect(alice.screen.setting('Cancel echo')).not.toBeChecked();
});

test('a headset that is plugged in during a call is offered, and used for both when it is wanted', { tag: '@once' }, async ({ alice, bob }) => {
  await has(alice, DESK);
  await areInACall(alice, bob);
  await plugsIn(alice, ...HEADSET);
  await expect(alice.screen.plugged).toHaveText('Headset microphone was plugged in.');
  await alice.screen.useIt.click();
  await expect(alice.screen.plugged).toHaveCount(0);
  await expect.poll(async () => (await voice(alice)).deviceId).toBe('headset-in');
  await expect.poll(async () => (await led(alice)).elements).toContain('headset-out');
  await bob.hears(alice);
});

test('what is plugged in is offered in the room, until it is gone or not wanted', { tag: '@once' }, async ({ alice }) => {
  await has(alice, DESK);
  await alice.enters();
  // Before a camera is open, a browser may not tell what devices are called.
  await alice.screen.checkDevices.click();
  await expect(alice.screen.cameraPicker).toBeVisible();
  await expect(alice.screen.selfVideo).toBeVisible();
  await expect(alice.screen.plugged).toHaveCount(0);
  await plugsIn(alice, SECOND);
  await expect(alice.screen.plugged).toHaveText('Second camera was plugged in.');
  await pullsOut(alice, SECOND);
  await expect(alice.screen.plugged).toHaveCount(0);
  await plugsIn(alice, SECOND);
  await alice.screen.notNow.click();
  await expect(alice.screen.plugged).toHaveCount(0);
  await expect(alice.screen.cameraPicker).toHaveValue('');
});

test('a speaker is chosen for calls and bells, is remembered, and may be pulled out', { tag: '@once' }, async ({ alice, bob }) => {
  await has(alice, DESK);
  await areInTheLobby(alice, bob);
  await alice.screen.openSettings.click();
  await alice.screen.speakerPicker.selectOption('Desk speaker');
  await alice.reloads();
  await alice.isInTheRoom();
  await alice.screen.openSettings.click();
  await expect(alice.screen.speakerPicker).toHaveValue('desk');
  await alice.page.keyboard.press('Escape');

  await bob.sees(alice);
  await bob.calls(alice);
  await alice.isRungBy(bob);
  await expect.poll(async () => (await led(alice)).contexts).toEqual(['desk']);
  await alice.accepts();
  await areTalking(alice, bob);
  await expect.poll(async () => (await led(alice)).elements).toEqual(['desk']);
  await pullsOut(alice, DESK);
  await expect.poll(() => led(alice)).toEqual({ elements: [''], contexts: [''] });
  await alice.hears(bob);
  await plugsIn(alice, DESK);
  await expect.poll(() => led(alice)).toEqual({ elements: ['desk'], contexts: ['desk'] });
});

test('where a browser lets no page choose a speaker, nobody is asked to', { tag: '@once' }, async ({ alice }) => {
  await alice.page.addInitScript(() => Reflect.deleteProperty(HTMLMediaElement.prototype, 'setSinkId'));
  await alice.enters();
  await alice.screen.checkDevices.click();
  await expect(alice.screen.cameraPicker).toBeVisible();
  await expect(alice.screen.speakerPicker).toHaveCount(0);
});

test('a phone changes to its camera at the back, and only the one at the front is a mirror', { tag: '@once' }, async ({ somebody, bob }) => {
  // Nothing tells where the first camera looks: it is the finger that does.
  const alice = await somebody('alice', { context: { hasTouch: true, isMobile: true } });
  await has(alice,
    { part: 'camera', id: 'front', label: 'Camera 1', colour: COLOURS.alice, facing: 'user' },
    { part: 'camera', id: 'rear', label: 'Camera 0', colour: COLOURS.carol, facing: 'environment' });
  await areInACall(alice, bob);
  await bob.seesTheCameraOf(alice);
  const before = await negotiated(bob);
  expect(await isMirrored(alice)).toBe(true);
  await alice.screen.moreControls.click();
  await alice.screen.flip.click();
  await expect.poll(() => bob.remoteCamera()).toBe('carol');
  await expect.poll(() => isMirrored(alice)).toBe(false);
  await expect(alice.screen.cameraPicker).toHaveValue('rear');
  await alice.screen.flip.click();
  await bob.seesTheCameraOf(alice);
  await expect.poll(() => isMirrored(alice)).toBe(true);
  expect(await negotiated(bob)).toEqual(before);
});

test('on a desk there is no camera to flip to', { tag: '@once' }, async ({ alice, bob }) => {
  await has(alice, SECOND);
  await areInACall(alice, bob);
  await alice.screen.moreControls.click();
  await expect(alice.screen.cameraPicker).toBeVisible();
  await expect(alice.screen.flip).toHaveCount(0);
});

/** What only another offer would change. */
function negotiated({ page }: Person) {
  return page.evaluate(() => {
    const origin = (description: RTCSessionDescription | null) => description?.sdp.match(/^o=.*$/m)?.[0];
    return window.probe.connections().map((connection) => ({
      descriptions: [connection.localDescription, connection.remoteDescription].map(origin),
      lines: connection.getTransceivers().map(({ mid, currentDirection }) => [mid, currentDirection]),
    }));
  });
}

/** Of the microphone as it goes out. */
function voice({ page }: Person): Promise<MediaTrackSettings> {
  return page.evaluate(() => window.probe.connections()[0]?.getSenders()[0]?.track?.getSettings() ?? {});
}

function liveVoices({ page }: Person): Promise<number> {
  return page.evaluate(() => window.probe.microphones());
}

function isMirrored({ screen }: Person): Promise<boolean> {
  return screen.selfVideo.evaluate((video) => new DOMMatrix(getComputedStyle(video).transform).a < 0);
}

interface Picture {
  at: number;
  colour: Rgb;
}

/** When each picture of the other side was shown from now on, in milliseconds, and its colour. */
async function picturesSeenBy({ screen }: Person): Promise<() => Promise<Picture[]>> {
  const seen = await screen.remoteVideo.evaluateHandle((element) => {
    const [video, seen] = [element as HTMLVideoElement, [] as { at: number; colour: [number, number, number] }[]];
    const note = (at: number) => {
      const colour = window.probe.meanColour(video);
      if (colour) seen.push({ at, colour });
      video.requestVideoFrameCallback(note);
    };
    video.requestVideoFrameCallback(note);
    return seen;
  });
  return () => seen.jsonValue();
}

interface Silence {
  /** Of what was listened to, in milliseconds of sound. */
  loud: number;
  longest: number;
}

/** From now on; Chromium alone can look at a sound so closely (W3C MediaStreamTrack Insertable Media Processing). */
async function silenceHeardBy({ page }: Person): Promise<() => Promise<Silence>> {
  const heard = await page.evaluateHandle(() => {
    interface Processor {
      readable: ReadableStream<AudioData>;
    }
    const { MediaStreamTrackProcessor } = window as unknown as {
      MediaStreamTrackProcessor: new (init: { track: MediaStreamTrack }) => Processor;
    };
    const heard = { loud: 0, longest: 0 };
    const listen = async (track: MediaStreamTrack) => {
      const reader = new MediaStreamTrackProcessor({ track }).readable.getReader();
      for (let quiet = 0; ; ) {
        const { value } = await reader.read();
        if (!value) return;
        const samples = new Float32Array(value.numberOfFrames);
        value.copyTo(samples, { planeIndex: 0, format: 'f32-planar' });
        const milliseconds = value.duration / 1000;
        value.close();
        if (samples.some((sample) => Math.abs(sample) > 0.01)) {
          [heard.loud, quiet] = [heard.loud + milliseconds, 0];
        } else {
          quiet += milliseconds;
          heard.longest = Math.max(heard.longest, quiet);
        }
      }
    };
    const track = window.probe.connections()[0]?.getReceivers()[0]?.track;
    if (track) void listen(track);
    return heard;
  });
  return () => heard.jsonValue();
}

/** From the last picture of one to the first of the other: a figure to look at, for a busy machine may need longer. */
function noteGap(pictures: Picture[], from: Name, to: Name): void {
  const last = pictures.findLast(({ colour }) => whose(colour) === from);
  const first = pictures.find(({ colour }) => whose(colour) === to);
  if (!last || !first) throw new Error('One of the two was never seen.');
  test.info().annotations.push({ type: 'gap', description: `${Math.round(first.at - last.at)} ms without a picture (at most 300)` });
}
