// What is in a picture that somebody has saved.

import type { Page } from '@playwright/test';

import type { Rgb } from './camera';
import { kept } from './kept';

export interface Saved {
  name: string;
  width: number;
  height: number;
  /** The mean of the picture. */
  colour: Rgb;
  /** The mean of its left and of its right half. */
  halves: readonly [Rgb, Rgb];
}

/** Clicks on what saves a picture, and reads the file with a browser. */
export async function saves(page: Page, click: () => Promise<void>): Promise<Saved> {
  const [{ name, bytes }] = await Promise.all([kept(page), click()]);
  return { name, ...(await read(page, bytes)) };
}

async function read(page: Page, bytes: Buffer): Promise<Omit<Saved, 'name'>> {
  const file = bytes.toString('base64');
  return page.evaluate(async (file) => {
    const bytes = Uint8Array.from(atob(file), (char) => char.charCodeAt(0));
    if (String.fromCharCode(...bytes.subarray(1, 4)) !== 'PNG') throw new Error('This is no PNG.');
    const { width, height, ...image } = await createImageBitmap(new Blob([bytes], { type: 'image/png' })).then((image) => ({
      width: image.width,
      height: image.height,
      bitmap: image,
    }));
    const canvas = document.createElement('canvas');
    Object.assign(canvas, { width, height });
    const context = canvas.getContext('2d', { willReadFrequently: true });
    if (!context) throw new Error('There is no canvas.');
    context.drawImage(image.bitmap, 0, 0);
    const mean = (left: number, wide: number): [number, number, number] => {
      const { data } = context.getImageData(left, 0, wide, height);
      const sums: [number, number, number] = [0, 0, 0];
      for (let i = 0; i < data.length; i += 4) {
        for (const part of [0, 1, 2] as const) sums[part] += data[i + part] ?? 0;
        if (data[i + 3] !== 255) throw new Error('One can see through it.');
      }
      const pixels = data.length / 4;
      return [sums[0] / pixels, sums[1] / pixels, sums[2] / pixels];
    };
    const half = width / 2;
    return { width, height, colour: mean(0, width), halves: [mean(0, half), mean(half, half)] as const };
  }, file);
}
