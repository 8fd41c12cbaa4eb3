// Somebody who uses Tincan: what people do, and what they see and hear.

import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import type { Browser, BrowserContext, BrowserContextOptions, Locator, Page } from '@playwright/test';

import type { Devices, Kind } from './browsers';
import { COLOURS, whose, type Name } from './camera';
import { expect } from './expect';
import { installCamera, installProbe, type Counts, type Frame } from './probe';
import { screenOf, type Media, type Phase, type Screen } from './screen';

/** What either browser complains of while the server is away. */
export const OUTAGE = [/WebSocket/, /ERR_/, /can.t establish a connection/, /was interrupted while the page was loading/];

export interface Setting {
  name: Name;
  kind: Kind;
  devices: Devices;
  scripts: boolean;
  origin: string;
  context?: BrowserContextOptions;
}

export class Person {
  private hasReloaded = false;

  readonly screen: Screen;
  /** As others see it. */
  readonly nickname: string;

  private constructor(
    private readonly setting: Setting,
    readonly context: BrowserContext,
    readonly page: Page,
    private readonly foreseen: RegExp[],
    /** What the consoles of all this person's pages complained of, and nobody foresaw. */
    readonly complaints: string[],
  ) {
    this.screen = screenOf(page);
    this.nickname = setting.name.replace(/^./, (first) => first.toUpperCase());
    page.on('crash', () => complaints.push('The page crashed.'));
  }

  static async arrives(browser: Pick<Browser, 'newContext'>, setting: Setting): Promise<Person> {
    const context = await browser.newContext({
      baseURL: setting.origin,
      viewport: { width: 1024, height: 768 },
      javaScriptEnabled: setting.scripts,
      // What it answers no test sees.
      serviceWorkers: 'block',
      // Without a graphics processor each step of what moves costs as much as a picture of the camera. In Firefox, and where it is
      // measured, it moves.
      ...(setting.kind === 'chromium' && !process.env.BENCH && { reducedMotion: 'reduce' as const }),
      ...setting.context,
    });
    if (setting.kind === 'firefox' && setting.devices === 'own') {
      await context.addInitScript(installCamera, COLOURS[setting.name]);
    }
    await context.addInitScript(installProbe);
    const [foreseen, complaints]: [RegExp[], string[]] = [[], []];
    listenTo(context, foreseen, complaints);
    return new Person(setting, context, await context.newPage(), foreseen, complaints);
  }

  /** In another tab of the same browser. */
  async opensAnotherTab(): Promise<Person> {
    return new Person(this.setting, this.context, await this.context.newPage(), this.foreseen, this.complaints);
  }

  /** Errors and warnings in the console that belong to the story, such as a server that is gone. */
  foresees(...complaints: RegExp[]): void {
    this.foreseen.push(...complaints);
  }

  // ---- Coming and going

  async opens(path = '/'): Promise<void> {
    await this.page.goto(path);
    await expect(this.screen.ready).toBeVisible();
  }

  /** Into the lobby, or into the private room of this code. */
  async enters(room?: string, nickname = this.nickname): Promise<void> {
    await this.opens(room ? `/r/${room}` : '/');
    await this.screen.nickname.fill(nickname);
    await (room ? this.screen.joinRoom : this.screen.enterLobby).click();
    await this.isInTheRoom();
  }

  async isInTheRoom(): Promise<void> {
    await expect(this.screen.myself).toBeVisible();
    await expect(this.screen.stage).toHaveCount(0);
  }

  /** A new private room; gives its code. */
  async startsARoom(): Promise<string> {
    await this.opens();
    await this.screen.nickname.fill(this.nickname);
    await this.screen.startRoom.click();
    await this.isInTheRoom();
    await expect(this.page).toHaveURL(/\/r\/[0-9a-z-]+$/);
    return new URL(this.page.url()).pathname.replace('/r/', '');
  }

  /** Over all others, with the call in it: a page of its own. */
  async opensTheSmallWindow(): Promise<Page> {
    await this.screen.moreControls.click();
    const opens = this.context.waitForEvent('page');
    await this.screen.smallWindow.click();
    return opens;
  }

  async reloads(): Promise<void> {
    // Whether a page may sound right after a reload is for the browser to decide, and it says so.
    this.foresees(/AudioContext was (not allowed|prevented)/);
    this.hasReloaded = true;
    await this.page.reload();
  }

  async closesTheTab(): Promise<void> {
    await this.page.close();
  }

  async leaves(): Promise<void> {
    await this.screen.leave.click();
    await expect(this.screen.ready).toBeVisible();
  }

  // ---- The others

  async sees(other: Person, status = 'available'): Promise<void> {
    await this.seesSomebody(other.nickname, status);
  }

  async seesSomebody(nickname: string, status = 'available'): Promise<void> {
    await expect(this.screen.contact(nickname)).toHaveAttribute('data-status', status);
  }

  async seesNo(other: Person): Promise<void> {
    await expect(this.screen.contact(other.nickname)).toHaveCount(0);
  }

  // ---- Calling

  async calls(other: Person, media: Media = 'video'): Promise<void> {
    await this.screen.call(other.nickname, media).click();
  }

  async isRungBy(other: Person): Promise<void> {
    await expect(this.screen.incoming).toContainText(other.nickname);
  }

  async isRungByNobody(): Promise<void> {
    await expect(this.screen.incoming).toHaveCount(0);
  }

  async accepts(media: Media = 'video'): Promise<void> {
    await (media === 'video' ? this.screen.acceptVideo : this.screen.acceptVoice).click();
  }

  async declines(): Promise<void> {
    await this.screen.decline.click();
  }

  async cancels(): Promise<void> {
    await this.screen.cancel.click();
  }

  async hangsUp(): Promise<void> {
    await this.screen.hangUp.click();
  }

  async isIn(phase: Phase): Promise<void> {
    const shown = () => this.screen.stage.evaluateAll(([stage]) => stage?.getAttribute('data-phase') ?? 'none');
    await expect.poll(shown, { message: 'the phase of the call' }).toBe(phase);
  }

  /** As the screen says. */
  async secondsInCall(): Promise<number> {
    const [minutes = 0, seconds = 0] = (await this.screen.timeInCall.innerText()).split(':').map(Number);
    return 60 * minutes + seconds;
  }

  async opensTheChat(): Promise<void> {
    await this.screen.chatButton.click();
    await expect(this.screen.chatField).toBeVisible();
  }

  async writes(text: string): Promise<void> {
    await this.screen.chatField.fill(text);
    await this.screen.chatField.press('Enter');
    await expect(this.screen.chatField).toHaveValue('');
  }

  /** Chooses files, after the button was pressed. */
  async sendsFiles(...files: { name: string; mimeType: string; buffer: Buffer }[]): Promise<void> {
    // From the disk: what is given as bytes goes to the browser as one long text.
    const results = join(import.meta.dirname, '../test-results');
    mkdirSync(results, { recursive: true });
    const folder = mkdtempSync(join(results, 'files-'));
    const paths = files.map(({ name, buffer }) => {
      writeFileSync(join(folder, name), buffer);
      return join(folder, name);
    });
    await this.screen.filesToSend.setInputFiles(paths);
  }

  /** The call is over, for a reason that the screen says in these words; then back to the room. */
  async readsThatItEnded(words: RegExp): Promise<void> {
    await this.isIn('ended');
    await expect(this.screen.status).toContainText(words);
    await this.screen.backToRoom.click();
    await this.isInTheRoom();
  }

  // ---- Seeing and hearing

  /** The other's own camera is in the remote picture, and it moves. */
  async seesTheCameraOf(other: Person): Promise<void> {
    await expect.poll(() => this.remoteCamera(), { message: 'the remote camera' }).toBe(other.setting.name);
    await this.seesFramesAdvance();
  }

  async seesNoCameraOf(other: Person): Promise<void> {
    await expect(this.screen.badge(`${other.nickname} has the camera off`)).toBeVisible();
  }

  async seesFramesAdvance(): Promise<void> {
    const before = await this.remoteFrames();
    await expect.poll(() => this.remoteFrames(), { message: 'frames shown' }).toBeGreaterThan(before + 2);
  }

  /**
   * Pixels of the remote picture, across. The browser on the other side sends fewer than it was asked for while the path or its
   * processor seem to be short of it (`qualityLimitationReason`): three quarters, or half.
   */
  remoteWidth(): Promise<number> {
    return this.screen.remoteVideo.evaluate((video) => (video as HTMLVideoElement).videoWidth);
  }

  /** This page asks its browser to send the camera's picture so many times smaller, and with no more bits a second than this, if given. */
  async asksFor(scaleDown: number, bitrate?: number): Promise<void> {
    await expect.poll(() => this.page.evaluate(() => window.probe.asked())).toEqual({ scaleDown, bitrate });
  }

  /** Something else than a camera is shown large, and it moves. */
  async seesTheScreen(): Promise<void> {
    const { remoteScreen } = this.screen;
    const shown = () => remoteScreen.evaluate((video) => window.probe.framesShown(video as HTMLVideoElement));
    await expect(remoteScreen).toBeVisible();
    const before = await shown();
    await expect.poll(shown, { message: 'frames of the screen' }).toBeGreaterThan(before + 2);
    const colour = await remoteScreen.evaluate((video) => window.probe.meanColour(video as HTMLVideoElement));
    expect(colour && whose(colour), 'what is shown').not.toBe(this.setting.name);
  }

  /** Sound arrives, with energy in it, and the page plays it. */
  async hears(_other: Person): Promise<void> {
    const before = await this.audioEnergy();
    const heard = async () => {
      if (this.hasReloaded && await this.screen.tapToHear.isVisible()) await this.screen.tapToHear.click();
      return this.audioEnergy();
    };
    await expect.poll(heard, { message: 'audio energy' }).toBeGreaterThan(before);
    await expect.poll(() => this.page.evaluate(() => window.probe.playsSound()), { message: 'sound' }).toBe(true);
  }

  /** Whose colour the remote picture has. */
  async remoteCamera(): Promise<string> {
    if (await this.screen.remoteVideo.count() === 0) return 'no picture';
    const pixel = await this.screen.remoteVideo.evaluate((video) =>
      window.probe.meanColour(video as HTMLVideoElement));
    return pixel ? whose(pixel) : 'no picture';
  }

  private remoteFrames(): Promise<number> {
    return this.screen.remoteVideo.evaluate((video) => window.probe.framesShown(video as HTMLVideoElement));
  }

  private audioEnergy(): Promise<number> {
    return this.page.evaluate(() => window.probe.inbound('audio', 'totalAudioEnergy'));
  }

  /** What others say of their addresses leads nowhere, as behind a firewall. */
  async findsNoPath(): Promise<void> {
    await this.page.addInitScript(() => {
      RTCPeerConnection.prototype.addIceCandidate = () => Promise.resolve();
      const { prototype } = RTCPeerConnection;
      const set = prototype.setRemoteDescription as (description: RTCSessionDescriptionInit) => Promise<void>;
      prototype.setRemoteDescription = function ({ type, sdp }: RTCSessionDescriptionInit) {
        return set.call(this, { type, sdp: sdp?.replace(/a=candidate:.*\r\n/g, '') ?? '' });
      };
    });
  }

  // ---- One's own devices

  /** The camera or the microphone is unplugged; one that is opened afterwards is there again. */
  async unplugs(device: 'camera' | 'microphone'): Promise<void> {
    await this.page.evaluate((kind) => window.probe.unplugs(kind), device === 'camera' ? 'video' as const : 'audio' as const);
  }

  /** The browser has a button of its own for that. */
  async stopsTheScreenInTheBrowser(): Promise<void> {
    await this.page.evaluate(() => window.probe.stopsTheScreen());
  }

  /** As in the browser's settings. In Chromium, where this ends what is open; its fake devices open all the same. */
  async permitsDevices(setting: 'granted' | 'denied'): Promise<void> {
    const browser = this.context.browser();
    if (!browser) throw new Error('There is no browser.');
    const own = await this.context.newCDPSession(this.page);
    const { targetInfo: { browserContextId } } = await own.send('Target.getTargetInfo');
    if (!browserContextId) throw new Error('There is no context.');
    const session = await browser.newBrowserCDPSession();
    for (const name of ['camera', 'microphone']) {
      const { origin } = this.setting;
      await session.send('Browser.setPermission', { permission: { name }, setting, origin, browserContextId });
    }
  }

  /** Another program has the camera, or has it no more. */
  async findsTheCameraTaken(isTaken: boolean): Promise<void> {
    await this.page.evaluate((isTaken) => (window.probe.cameraIsTaken = isTaken), isTaken);
  }

  // ---- What only a test looks at

  counts(): Promise<Counts> {
    return this.page.evaluate(() => window.probe.counts());
  }

  /** Everything that went over this page's sockets. */
  wire(): Promise<Frame[]> {
    return this.page.evaluate(() => window.probe.wire);
  }
}

/** To all of its pages, also those that a page opens. */
function listenTo(context: BrowserContext, foreseen: RegExp[], complaints: string[]): void {
  const complain = (text: string) => {
    if (text.includes('Service Worker registration blocked by Playwright')) return;
    if (!foreseen.some((words) => words.test(text))) complaints.push(text);
  };
  context.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) complain(`${message.type()}: ${message.text()}`);
  });
  context.on('weberror', (failure) => complain(`${failure.error().name}: ${failure.error().message}`));
}

/** Everybody enters the lobby, all in one moment, and sees everybody else. */
export async function areInTheLobby(...people: Person[]): Promise<void> {
  await Promise.all(people.map((person) => person.enters()));
  for (const person of people) {
    for (const other of people) if (other !== person) await person.sees(other);
  }
}

/** One calls the other with video, who accepts it so. */
export async function areInACall(caller: Person, callee: Person): Promise<void> {
  await areInTheLobby(caller, callee);
  await caller.calls(callee);
  await callee.accepts();
  await areTalking(caller, callee);
}

/** In the same moment, on pages that show each other. */
export async function callEachOther(one: Person, other: Person): Promise<void> {
  const moment = Date.now() + 500;
  for (const [here, there] of [[one, other], [other, one]] as const) {
    await here.screen.call(there.nickname, 'video').evaluate((button: HTMLElement, moment) => {
      setTimeout(() => button.click(), moment - Date.now());
    }, moment);
  }
}

/** Both have the other's own picture, and it moves. */
export async function seeEachOther(one: Person, other: Person): Promise<void> {
  await Promise.all([one.seesTheCameraOf(other), other.seesTheCameraOf(one)]);
}

/** What the panel about the connection says of its path. */
export function saidPath({ page }: Person): Locator {
  return page.locator('.connection__facts > div').filter({ hasText: 'Path' }).locator('dd');
}

/** Both are in one call, and hear each other. */
export async function areTalking(one: Person, other: Person): Promise<void> {
  await Promise.all(([[one, other], [other, one]] as const).map(async ([here, there]) => {
    await here.isIn('connected');
    await here.hears(there);
  }));
}
