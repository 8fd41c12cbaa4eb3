// Recordings: what is in such a file, what is on the browser's private disk, and a page that nobody looks at.

import type { Page } from '@playwright/test';

import type { Rgb } from './camera';
import type { Person } from './person';

/** What is seen at some time, in seconds. */
export interface Moment {
  at: number;
  /** The mean colours of the middle, and of the lower right corner. */
  centre: Rgb;
  corner: Rgb;
  /** Where the white bar is in the middle, in steps of a fortieth of the picture; -1 when it is not there. */
  bar: number;
}

export interface Watched {
  /** In seconds. */
  duration: number;
  size: [width: number, height: number];
  moments: Moment[];
  /** Of each two seconds of the sound. */
  loudness: number[];
}

/** Plays a file from its beginning to its end, and hears it: in a tab of its own. */
export async function watch({ context }: Person, file: Buffer): Promise<Watched> {
  const page = await context.newPage();
  const seen = await play(page, file);
  await page.close();
  return seen;
}

function play(page: Page, file: Buffer): Promise<Watched> {
  return page.evaluate(async (text) => {
    const bytes = Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
    const url = URL.createObjectURL(new Blob([bytes]));
    const video = document.createElement('video');
    video.muted = true;
    // What is looked at is the same, in half the time.
    video.playbackRate = 2;
    document.body.append(video);
    const canvas = document.createElement('canvas');
    [canvas.width, canvas.height] = [40, 1];
    const brush = canvas.getContext('2d', { willReadFrequently: true }) as CanvasRenderingContext2D;
    brush.imageSmoothingQuality = 'high';
    const pixels = (x: number, y: number, width: number, height: number, columns: number) => {
      brush.drawImage(video, x, y, width, height, 0, 0, columns, 1);
      return brush.getImageData(0, 0, columns, 1).data;
    };
    const mean = (x: number, y: number, width: number, height: number): [number, number, number] => {
      const data = pixels(x, y, width, height, 40);
      const of = (part: number) => {
        let sum = 0;
        for (let i = part; i < data.length; i += 4) sum += data[i] ?? 0;
        return Math.round(sum / (data.length / 4));
      };
      return [of(0), of(1), of(2)];
    };
    const bar = () => {
      const data = pixels(0, 200, 1280, 8, 40);
      for (let i = 0; i < data.length; i += 4) {
        if (Math.min(data[i] ?? 0, data[i + 1] ?? 0, data[i + 2] ?? 0) > 110) return i / 4;
      }
      return -1;
    };
    const moments: { at: number; centre: [number, number, number]; corner: [number, number, number]; bar: number }[] = [];
    await new Promise((resolve, reject) => {
      video.addEventListener('timeupdate', () => {
        if (video.currentTime > 0 && video.videoWidth > 0) {
          const [centre, corner] = [mean(440, 260, 400, 100), mean(990, 500, 240, 170)];
          moments.push({ at: video.currentTime, centre, corner, bar: bar() });
        }
      });
      video.addEventListener('ended', resolve);
      video.addEventListener('error', () => reject(new Error(video.error?.message ?? 'It does not play.')));
      video.src = url;
      video.play().catch(reject);
    });
    const [duration, size] = [video.currentTime, [video.videoWidth, video.videoHeight] as [number, number]];
    video.remove();
    URL.revokeObjectURL(url);

    const sound = await new OfflineAudioContext(1, 48_000, 48_000).decodeAudioData(bytes.buffer);
    const samples = sound.getChannelData(0);
    const loudness: number[] = [];
    for (let from = 0; from < samples.length; from += 2 * sound.sampleRate) {
      const part = samples.subarray(from, from + 2 * sound.sampleRate);
      let square = 0;
      for (const sample of part) square += sample * sample;
      loudness.push(Math.sqrt(square / part.length));
    }
    return { duration, size, moments, loudness };
  }, file.toString('base64'));
}

/** The names of the recordings on the browser's private disk, and of what stands beside them. */
export async function isOnDisk(person: Person): Promise<string[]> {
  return person.page.evaluate(async () => {
    type Folder = AsyncIterable<[string, FileSystemHandle]>;
    const names: string[] = [];
    const root = await navigator.storage.getDirectory();
    for await (const [name, folder] of root as unknown as Folder) {
      if (!name.startsWith('tincan-recordings-')) continue;
      try {
        for await (const [inner] of folder as unknown as Folder) names.push(inner);
      } catch (error) {
        // It was removed while it was read.
        if ((error as DOMException).name !== 'NotFoundError') throw error;
      }
    }
    return names;
  });
}

/**
 * Another tab in front of somebody's. Where the browser shows all its pages all the time, as without a screen it may, the
 * page is told what a hidden one is told, and its timers and pictures become as slow as they are there.
 */
export async function hides(person: Person): Promise<{ how: string; ends: () => Promise<void> }> {
  const session = await person.context.newCDPSession(person.page);
  await session.send('Emulation.setFocusEmulationEnabled', { enabled: false });
  const other = await person.context.newPage();
  await other.bringToFront();
  const how = await person.page.evaluate(() => {
    if (document.hidden) return 'by another tab in front';
    Object.defineProperty(document, 'hidden', { configurable: true, get: () => true });
    Object.defineProperty(document, 'visibilityState', { configurable: true, get: () => 'hidden' });
    const { setTimeout, setInterval, requestAnimationFrame } = window;
    const slow = (delay?: number) => Math.max(delay ?? 0, 1000);
    Object.assign(window, {
      setTimeout: (run: () => void, delay?: number) => setTimeout.call(window, run, slow(delay)),
      setInterval: (run: () => void, delay?: number) => setInterval.call(window, run, slow(delay)),
      requestAnimationFrame: () => 0,
      isShownAgain: () => {
        Object.assign(window, { setTimeout, setInterval, requestAnimationFrame });
        delete (document as unknown as Record<string, unknown>).hidden;
        delete (document as unknown as Record<string, unknown>).visibilityState;
        document.dispatchEvent(new Event('visibilitychange'));
      },
    });
    document.dispatchEvent(new Event('visibilitychange'));
    return 'by what the page is told';
  });
  const ends = async () => {
    await person.page.bringToFront();
    await other.close();
    await person.page.evaluate(() => (window as unknown as { isShownAgain?: () => void }).isShownAgain?.());
    await session.send('Emulation.setFocusEmulationEnabled', { enabled: true });
    await session.detach();
  };
  return { how, ends };
}
