// Every screen there is, and how one gets there.

import type { Page } from '@playwright/test';

import { has, plugsIn } from './devices';
import { expect } from './expect';
import { areInACall, areInTheLobby, areTalking, type Person } from './person';
import { refuseToPlay } from './probe';
import { RELAY, type Server } from './server';
import { SocketPeer } from './socket-peer';

export interface Cast {
  alice: Person;
  bob: Person;
  server: Server;
}

interface Picture {
  name: string;
  /** The server's. */
  flags?: string[];
  /** Gives whoever has the screen, or the page that is one. */
  reach: (cast: Cast) => Promise<{ page: Page }>;
}

/** Nothing is on its way from one look to another. */
export async function settles(page: Page): Promise<void> {
  // A page that is busy changes its colours with the next picture.
  await page.evaluate(() => new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn))));
  await page.evaluate(() => {
    const transitions = document.getAnimations().filter((animation) => animation instanceof CSSTransition);
    return Promise.allSettled(transitions.map(({ finished }) => finished)).then(() => {});
  });
}

export const GALLERY: Picture[] = [
  {
    name: 'prompt',
    reach: async ({ alice }) => {
      await alice.opens();
      return alice;
    },
  },
  {
    name: 'prompt-with-camera',
    reach: async ({ alice }) => {
      await alice.opens();
      await alice.screen.nickname.fill('Alice');
      await alice.screen.turnOn.click();
      await expect(alice.screen.selfVideo).toBeVisible();
      return alice;
    },
  },
  {
    name: 'prompt-with-a-taken-nickname',
    reach: async ({ alice, bob }) => {
      await bob.enters();
      await alice.opens();
      await alice.screen.nickname.fill('Bob');
      await alice.screen.enterLobby.click();
      await expect(alice.screen.suggestion).toBeVisible();
      return alice;
    },
  },
  ...([['in-use', 'NotReadableError'], ['denied', 'NotAllowedError'], ['missing', 'NotFoundError']] as const).map(
    ([what, error]) => ({
      name: `prompt-with-devices-${what}`,
      reach: async ({ alice }: Cast) => {
        await alice.page.addInitScript((error) => {
          navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException('No', error));
        }, error);
        await alice.opens();
        await alice.screen.turnOn.click();
        await expect(alice.screen.trouble).toBeVisible();
        return alice;
      },
    }),
  ),
  {
    name: 'prompt-on-an-insecure-address',
    reach: async ({ alice }) => {
      await alice.page.addInitScript(() => {
        Object.defineProperty(window, 'isSecureContext', { value: false });
        Object.defineProperty(navigator, 'mediaDevices', { value: undefined });
      });
      await alice.opens();
      await expect(alice.screen.trouble).toBeVisible();
      return alice;
    },
  },
  {
    name: 'invitation',
    reach: async ({ alice }) => {
      await alice.opens('/r/k7qm-3xpd-9wzt');
      return alice;
    },
  },
  {
    name: 'broken-invitation',
    reach: async ({ alice }) => {
      await alice.opens('/r/k7qm-3xpd');
      return alice;
    },
  },
  {
    name: 'booth',
    reach: async ({ alice }) => {
      await alice.opens('/booth');
      await expect(alice.screen.shutter).toBeEnabled();
      await alice.screen.look('Sepia').click();
      await alice.screen.shutter.click();
      await alice.screen.look('Plain').click();
      await alice.screen.shutter.click();
      await expect(alice.screen.shots).toHaveCount(2);
      return alice;
    },
  },
  {
    name: 'check',
    reach: async ({ alice }) => {
      await alice.opens('/check');
      await alice.screen.startCheck.click();
      await alice.screen.playTone.click();
      await expect(alice.screen.verdict).toHaveText(/^You can call/, { timeout: 60_000 });
      return alice;
    },
  },
  {
    name: 'check-under-way',
    reach: async ({ alice }) => {
      await alice.opens('/check');
      await alice.screen.startCheck.click();
      await expect(alice.screen.checked('Camera')).toContainText('Passes');
      return alice;
    },
  },
  {
    name: 'check-that-fails',
    reach: async ({ alice }) => {
      await alice.page.addInitScript(() => {
        navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException('No', 'NotAllowedError'));
        Reflect.deleteProperty(window, 'RTCPeerConnection');
      });
      await alice.opens('/check');
      await alice.screen.startCheck.click();
      await expect(alice.screen.verdict).toContainText('This browser cannot make calls');
      return alice;
    },
  },
  {
    name: 'nowhere',
    reach: async ({ alice }) => {
      alice.foresees(/404/);
      await alice.page.goto('/nowhere');
      return alice;
    },
  },
  {
    name: 'room-alone',
    reach: async ({ alice }) => {
      await alice.startsARoom();
      return alice;
    },
  },
  {
    name: 'room',
    reach: async ({ alice, bob }) => {
      await areInTheLobby(alice, bob);
      await alice.screen.more('Bob').click();
      await alice.screen.showQrCode.click();
      await alice.screen.checkDevices.click();
      return alice;
    },
  },
  {
    name: 'room-with-many',
    reach: async ({ alice, server }) => {
      const people = [];
      for (let number = 1; number <= 12; number++) people.push(await SocketPeer.enters(server, `Person ${number}`));
      people[2]?.send({ set_availability: { availability: 'do_not_disturb' } });
      people[3]?.send({ set_availability: { availability: 'away' } });
      await alice.enters();
      await alice.seesSomebody('Person 4', 'away');
      await alice.screen.more('Person 5').click();
      await alice.screen.block('Person 5').click();
      await alice.screen.search.fill('person');
      return alice;
    },
  },
  {
    name: 'room-that-another-tab-has',
    reach: async ({ alice, server }) => {
      await alice.enters();
      const ticket = /"ticket":"([^"]+)"/.exec((await alice.wire()).map(({ text }) => text).join('\n'))?.[1];
      const other = await SocketPeer.connects(server);
      other.send({ hello: { version: 1, room: 'lobby', nickname: 'Alice', incarnation: '00a1b2c3d4e5', ticket } });
      await expect(alice.screen.superseded).toBeVisible();
      return alice;
    },
  },
  {
    name: 'settings',
    reach: async ({ alice }) => {
      await alice.enters();
      await alice.screen.openSettings.click();
      await expect(alice.screen.settings).toBeVisible();
      return alice;
    },
  },
  {
    name: 'settings-with-a-relay',
    flags: RELAY,
    reach: async ({ alice }) => {
      await alice.enters();
      await alice.screen.openSettings.click();
      await alice.screen.setting('Hide my address').check();
      return alice;
    },
  },
  {
    name: 'recent-calls',
    reach: async ({ alice, bob }) => {
      await areInACall(alice, bob);
      await bob.hangsUp();
      await alice.isIn('ended');
      await alice.screen.backToRoom.click();
      await alice.screen.recentCalls.click();
      await expect(alice.screen.pastCalls).toHaveCount(1);
      return alice;
    },
  },
  {
    name: 'missed-call',
    reach: async ({ alice, bob }) => {
      await areInTheLobby(alice, bob);
      await bob.calls(alice);
      await alice.isRungBy(bob);
      await bob.cancels();
      await expect(alice.screen.missed).toBeVisible();
      return alice;
    },
  },
  {
    name: 'ringing',
    reach: async ({ alice, bob }) => {
      await areInTheLobby(alice, bob);
      await alice.calls(bob);
      await alice.isIn('ringing');
      return alice;
    },
  },
  {
    name: 'incoming-call',
    reach: async ({ alice, bob }) => {
      await areInTheLobby(alice, bob);
      await bob.calls(alice);
      await alice.isRungBy(bob);
      return alice;
    },
  },
  {
    name: 'call',
    reach: async ({ alice, bob }) => {
      await areInACall(alice, bob);
      await alice.seesTheCameraOf(bob);
      return alice;
    },
  },
  {
    name: 'call-with-its-keys',
    reach: async ({ alice, bob }) => {
      await areInACall(alice, bob);
      await alice.page.keyboard.press('?');
      await expect(alice.screen.keys).toBeVisible();
      return alice;
    },
  },
  {
    name: 'call-with-its-connection',
    reach: async ({ alice, bob }) => {
      await areInACall(alice, bob);
      await alice.screen.bars.click();
      await expect(alice.page.locator('.plot path').first()).toHaveAttribute('d', /L.*L/);
      return alice;
    },
  },
  {
    name: 'call-with-a-new-device',
    reach: async ({ alice, bob }) => {
      await has(alice, { part: 'camera', id: 'rear', label: 'Rear camera', facing: 'environment' });
      await areInACall(alice, bob);
      await alice.screen.moreControls.click();
      await alice.screen.cameraPicker.selectOption('Rear camera');
      await expect(alice.screen.flip).toBeVisible();
      await plugsIn(alice, { part: 'microphone', id: 'headset', label: 'Headset with a name that is as long as they are' });
      await expect(alice.screen.plugged).toBeVisible();
      return alice;
    },
  },
  {
    name: 'call-with-voice',
    reach: async ({ alice, bob }) => {
      await areInTheLobby(alice, bob);
      await alice.calls(bob, 'voice');
      await bob.accepts('voice');
      await areTalking(alice, bob);
      await alice.seesNoCameraOf(bob);
      return alice;
    },
  },
  {
    name: 'call-with-chat',
    reach: async ({ alice, bob }) => {
      await areInACall(alice, bob);
      await alice.opensTheChat();
      await bob.opensTheChat();
      await alice.writes('The paper is at https://example.org/notes.');
      await bob.writes('Thank you!');
      await expect(alice.screen.chatTexts).toHaveCount(2);
      await expect(alice.screen.delivered).toHaveCount(1);
      await alice.page.getByRole('button', { name: 'Emoji' }).click();
      return alice;
    },
  },
  {
    name: 'call-with-unread',
    reach: async ({ alice, bob }) => {
      await areInACall(alice, bob);
      await bob.opensTheChat();
      await bob.writes('Can you see this, where it does not fit into one line of a narrow phone?');
      await expect(alice.screen.unread).toBeVisible();
      return alice;
    },
  },
  {
    name: 'call-with-files',
    reach: async ({ alice, bob }) => {
      await areInACall(alice, bob);
      const file = (name: string) => ({ name, mimeType: 'application/pdf', buffer: Buffer.alloc(2_000_000, name) });
      await alice.sendsFiles(file('A letter with a name that does not fit into one line.pdf'));
      await bob.sendsFiles(file('Recipe.pdf'));
      await expect(alice.screen.acceptFile('Recipe.pdf')).toBeVisible();
      return alice;
    },
  },
  {
    name: 'call-with-a-picture',
    reach: async ({ alice, bob }) => {
      await areInACall(alice, bob);
      await alice.seesTheCameraOf(bob);
      await bob.seesTheCameraOf(alice);
      await alice.screen.moreControls.click();
      await alice.screen.photo.click();
      await expect(alice.screen.savePhoto).toBeVisible();
      await bob.page.keyboard.press('p');
      await expect(alice.screen.pictureTaken).toBeVisible();
      return alice;
    },
  },
  {
    name: 'call-that-is-recorded',
    reach: async ({ alice, bob }) => {
      await areInACall(alice, bob);
      await alice.seesTheCameraOf(bob);
      await alice.screen.moreControls.click();
      await alice.screen.record.click();
      await expect(alice.screen.ownRecording).toBeVisible();
      await bob.screen.moreControls.click();
      await bob.screen.record.click();
      await expect(alice.screen.recordingBy('Bob')).toBeVisible();
      return alice;
    },
  },
  {
    name: 'room-with-a-left-recording',
    reach: async ({ alice, bob }) => {
      await areInACall(alice, bob);
      await alice.screen.moreControls.click();
      await alice.screen.record.click();
      // Something of it is on the disk then.
      await expect(alice.screen.ownRecording).toHaveText(/^0:0[3-9]$/);
      await alice.reloads();
      await areTalking(alice, bob);
      await alice.hangsUp();
      await alice.readsThatItEnded(/You ended the call/);
      await expect(alice.screen.leftRecordings).toHaveCount(1);
      return alice;
    },
  },
  {
    name: 'call-with-a-screen',
    reach: async ({ alice, bob }) => {
      await areInACall(alice, bob);
      await bob.screen.screen.click();
      await alice.seesTheScreen();
      return alice;
    },
  },
  {
    name: 'call-with-more',
    reach: async ({ alice, bob }) => {
      await areInACall(alice, bob);
      await alice.screen.moreControls.click();
      await expect(alice.screen.showSelf.or(alice.screen.fullScreen).first()).toBeVisible();
      return alice;
    },
  },
  {
    name: 'call-with-an-unplugged-camera',
    reach: async ({ alice, bob }) => {
      await areInACall(alice, bob);
      await alice.findsTheCameraTaken(true);
      await alice.unplugs('camera');
      await expect(alice.screen.trouble).toBeVisible();
      return alice;
    },
  },
  {
    name: 'call-that-is-not-heard',
    reach: async ({ alice, bob }) => {
      await alice.page.addInitScript(refuseToPlay);
      await areInTheLobby(alice, bob);
      await bob.calls(alice);
      await alice.accepts();
      await expect(alice.screen.tapToHear).toBeVisible();
      return alice;
    },
  },
  {
    name: 'connecting',
    reach: async ({ alice, bob }) => {
      // The answer is never done with.
      await alice.page.addInitScript(() => {
        RTCPeerConnection.prototype.setRemoteDescription = () => new Promise(() => {});
      });
      await areInTheLobby(alice, bob);
      await alice.calls(bob);
      await bob.accepts();
      await alice.isIn('connecting');
      return alice;
    },
  },
  {
    name: 'call-without-the-server',
    reach: async ({ alice, bob, server }) => {
      for (const person of [alice, bob]) person.foresees(/WebSocket/, /ERR_/);
      await areInACall(alice, bob);
      await server.ends('SIGKILL');
      await expect(alice.screen.badge('The server is away')).toBeVisible();
      return alice;
    },
  },
  {
    name: 'reconnecting',
    reach: async ({ alice, bob, server }) => {
      for (const person of [alice, bob]) person.foresees(/WebSocket/, /ERR_/);
      await areInACall(alice, bob);
      // Nobody tells Alice anything any more.
      await server.ends('SIGKILL');
      await bob.context.close();
      await alice.isIn('reconnecting');
      return alice;
    },
  },
  {
    name: 'room-without-the-server',
    reach: async ({ alice, bob, server }) => {
      for (const person of [alice, bob]) person.foresees(/WebSocket/, /ERR_/);
      await areInTheLobby(alice, bob);
      await server.ends('SIGKILL');
      await expect(alice.screen.connectionTrouble).toBeVisible();
      return alice;
    },
  },
  {
    name: 'call-by-the-relay-alone',
    flags: [...RELAY, '--relay-only', 'on'],
    reach: async ({ alice, bob }) => {
      await areInACall(alice, bob);
      await expect(alice.page.getByText('Address hidden')).toBeVisible();
      return alice;
    },
  },
  {
    name: 'ended-without-a-path',
    flags: [...RELAY, '--timeout', 'path_long=2000', '--timeout', 'path_give_up=3000'],
    reach: async ({ alice, bob }) => {
      for (const person of [alice, bob]) await person.findsNoPath();
      await areInTheLobby(alice, bob);
      await alice.calls(bob);
      await bob.accepts();
      await alice.isIn('ended');
      await alice.screen.whatEachSideHad.click();
      return alice;
    },
  },
  {
    name: 'small-window',
    reach: async ({ alice, bob }) => {
      await areInACall(alice, bob);
      const page = await alice.opensTheSmallWindow();
      await expect(page.getByLabel('Picture of Bob')).toBeVisible();
      return { page };
    },
  },
  {
    name: 'declined',
    reach: async ({ alice, bob }) => {
      await areInTheLobby(alice, bob);
      await alice.calls(bob);
      await bob.declines();
      await alice.isIn('ended');
      return alice;
    },
  },
  {
    name: 'ended',
    reach: async ({ alice, bob }) => {
      await areInACall(alice, bob);
      await bob.hangsUp();
      await alice.isIn('ended');
      return alice;
    },
  },
];
