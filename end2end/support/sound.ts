// A sound server without a loudspeaker, for browsers on a machine without sound: without one, an audio context of
// Firefox never runs there.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import type { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

const PROGRAM = '/usr/bin/pulseaudio';
const IS_READY = 'Daemon startup complete';

let running: Promise<Record<string, string>> | undefined;

/** What a browser's environment has to say; nothing where no such server is installed. It ends with this process. */
export function sound(): Promise<Record<string, string>> {
  running ??= existsSync(PROGRAM) ? start() : Promise.resolve({});
  return running;
}

async function start(): Promise<Record<string, string>> {
  const home = mkdtempSync(join(tmpdir(), 'tincan-sound-'));
  const socket = join(home, 'socket');
  const child = spawn(PROGRAM, [
    '-n', '--daemonize=no', '--exit-idle-time=-1', '--use-pid-file=no', '--log-target=stderr', '--log-level=info',
    '-L', 'module-null-sink', '-L', `module-native-protocol-unix socket=${socket} auth-anonymous=1`,
  ], { env: { ...process.env, HOME: home, XDG_RUNTIME_DIR: home }, stdio: ['ignore', 'ignore', 'pipe'] });
  process.once('exit', () => {
    child.kill('SIGKILL');
    rmSync(home, { recursive: true, force: true });
  });
  const ready = new Promise<void>((resolve) => {
    createInterface(child.stderr).on('line', (line) => line.includes(IS_READY) && resolve());
  });
  const failed = once(child, 'exit').then(([code]) => { throw new Error(`PulseAudio ended with ${code}.`); });
  await Promise.race([ready, failed]);
  failed.catch(() => {});
  // It holds up nobody's end.
  child.unref();
  (child.stderr as Socket).unref();
  return { PULSE_SERVER: `unix:${socket}` };
}
