// Every screen there is, and how one gets there.

import { expect } from '@playwright/test';

import { areInACall, areInTheLobby, areTalking, type Person } from './person';

export interface Cast {
  alice: Person;
  bob: Person;
}

interface Picture {
  name: string;
  /** Gives whoever has the screen. */
  reach: (cast: Cast) => Promise<Person>;
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
  {
    name: 'prompt-with-a-camera-in-use',
    reach: async ({ alice }) => {
      await alice.page.addInitScript(() => {
        navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException('Taken', 'NotReadableError'));
      });
      await alice.opens();
      await alice.screen.turnOn.click();
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
    name: 'settings',
    reach: async ({ alice }) => {
      await alice.enters();
      await alice.screen.openSettings.click();
      await expect(alice.screen.settings).toBeVisible();
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
    name: 'call-with-its-connection',
    reach: async ({ alice, bob }) => {
      await areInACall(alice, bob);
      await alice.screen.bars.click();
      await expect(alice.page.locator('.plot path').first()).toHaveAttribute('d', /L.*L/);
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
    name: 'ended',
    reach: async ({ alice, bob }) => {
      await areInACall(alice, bob);
      await bob.hangsUp();
      await alice.isIn('ended');
      return alice;
    },
  },
];
