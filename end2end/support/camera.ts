// The cameras: everybody's picture is of one colour, so that pixels tell whose it is. A white bar moves
// through it, so that a frozen picture is seen to be frozen. And the microphone, which is the same for everybody.

import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export type Rgb = readonly [red: number, green: number, blue: number];

/** Far apart from each other, from black and from white, also after a video codec. */
export const COLOURS = {
  alice: [205, 40, 40],
  bob: [40, 70, 210],
  carol: [40, 160, 60],
} as const satisfies Record<string, Rgb>;

export type Name = keyof typeof COLOURS;

const WIDTH = 640;
const HEIGHT = 480;
const FRAMES = 10;
/** A second. What tests look at is the same at a third of the rate of a real camera, and costs a third as much; what is measured is not. */
const RATE = process.env.BENCH ? 30 : 10;
const BAR = 16;
/** Where the grain begins, and how strong it is. */
const GRAIN = { top: 320, most: 24 };

/**
 * The camera as a file for Chromium's `--use-file-for-fake-video-capture`, which plays it in a loop. A plain colour
 * costs a codec next to nothing; with `grain` in its lower third the picture fills a line.
 */
export function cameraFile(name: Name, grain = false): string {
  const file = `${name}-${COLOURS[name].join('-')}-${RATE}${grain ? '-grain' : ''}.y4m`;
  return made(file, () => y4m(COLOURS[name], grain));
}

/**
 * The microphone as a file for Chromium's `--use-file-for-fake-audio-capture`, which plays it in a loop: a beep five times a
 * second, so that whoever listens need not wait for the next one. A tone without an end would be suppressed as noise.
 */
export function microphoneFile(): string {
  return made('beeps.wav', wav);
}

function made(file: string, make: () => Buffer): string {
  const directory = join(import.meta.dirname, '../../target/e2e/cameras');
  const path = join(directory, file);
  if (!existsSync(path)) {
    mkdirSync(directory, { recursive: true });
    const unfinished = `${path}.${process.pid}`;
    writeFileSync(unfinished, make());
    renameSync(unfinished, path);
  }
  return path;
}

/** A second of sound, with one channel of 16 bits (RIFF WAVE). */
function wav(): Buffer {
  const rate = 48_000;
  const samples = Buffer.alloc(2 * rate);
  for (let i = 0; i < rate; i++) {
    const isBeep = (i * 5) % rate < rate / 2;
    samples.writeInt16LE(isBeep ? Math.round(12_000 * Math.sin((2 * Math.PI * 440 * i) / rate)) : 0, 2 * i);
  }
  const head = Buffer.alloc(44);
  head.write('RIFF', 0);
  head.writeUInt32LE(36 + samples.length, 4);
  head.write('WAVEfmt ', 8);
  head.writeUInt32LE(16, 16);
  head.writeUInt16LE(1, 20);
  head.writeUInt16LE(1, 22);
  head.writeUInt32LE(rate, 24);
  head.writeUInt32LE(2 * rate, 28);
  head.writeUInt16LE(2, 32);
  head.writeUInt16LE(16, 34);
  head.write('data', 36);
  head.writeUInt32LE(samples.length, 40);
  return Buffer.concat([head, samples]);
}

function y4m(colour: Rgb, grain: boolean): Buffer {
  const [y, u, v] = yuv(colour);
  const chroma = (WIDTH / 2) * (HEIGHT / 2);
  const frames = Array.from({ length: FRAMES }, (_, frame) => {
    const luma = Buffer.alloc(WIDTH * HEIGHT, y);
    const left = Math.floor((frame * WIDTH) / FRAMES);
    if (grain) {
      const noise = randomBytes(luma.length - GRAIN.top * WIDTH);
      noise.forEach((byte, i) => luma.writeUInt8(y + (byte % GRAIN.most) - GRAIN.most / 2, GRAIN.top * WIDTH + i));
    }
    for (let row = 0; row < HEIGHT; row++) luma.fill(235, row * WIDTH + left, row * WIDTH + left + BAR);
    return Buffer.concat([Buffer.from('FRAME\n'), luma, Buffer.alloc(chroma, u), Buffer.alloc(chroma, v)]);
  });
  return Buffer.concat([Buffer.from(`YUV4MPEG2 W${WIDTH} H${HEIGHT} F${RATE}:1 Ip A1:1 C420jpeg\n`), ...frames]);
}

/** ITU-R BT.601, limited range. */
function yuv([r, g, b]: Rgb): [number, number, number] {
  return [
    Math.round(16 + 0.257 * r + 0.504 * g + 0.098 * b),
    Math.round(128 - 0.148 * r - 0.291 * g + 0.439 * b),
    Math.round(128 + 0.439 * r - 0.368 * g - 0.071 * b),
  ];
}

/** Whose picture a mean colour belongs to. */
export function whose(pixel: Rgb): Name | 'black' | 'something else' {
  if (Math.max(...pixel) < 40) return 'black';
  const distance = (colour: Rgb) => Math.hypot(...colour.map((part, i) => part - pixel[i as 0 | 1 | 2]));
  for (const name of Object.keys(COLOURS) as Name[]) {
    if (distance(COLOURS[name]) < 70) return name;
  }
  return 'something else';
}
