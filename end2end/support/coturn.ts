// coturn, where it is installed: another relay, and a client of relays that is not ours.

import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { connect, createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const SERVER = '/usr/bin/turnserver';
const CLIENT = '/usr/bin/turnutils_uclient';

export const NEEDS_COTURN = 'needs coturn';

export function hasCoturn(): boolean {
  return existsSync(SERVER) && existsSync(CLIENT);
}

export class Coturn {
  private constructor(private readonly child: ChildProcess, private readonly home: string, readonly port: number) {}

  /** On this machine alone, with a secret that makes credentials. */
  static async start(secret: string): Promise<Coturn> {
    const home = mkdtempSync(join(tmpdir(), 'tincan-coturn-'));
    const port = await freePort();
    const child = spawn(SERVER, [
      '-n', '--no-cli', '--no-tls', '--no-dtls', '--log-file', join(home, 'log'),
      '--pidfile', join(home, 'pid'), '--userdb', join(home, 'users'),
      '--listening-ip', '127.0.0.1', '--listening-port', String(port), '--relay-ip', '127.0.0.1',
      '--allow-loopback-peers', '--realm', 'elsewhere', '--use-auth-secret', '--static-auth-secret', secret,
    ], { cwd: home, stdio: 'ignore' });
    const end = () => child.kill('SIGKILL');
    process.once('exit', end);
    child.once('exit', () => process.off('exit', end));
    const failed = once(child, 'exit').then(([code]) => { throw new Error(`coturn ended with ${code}`); });
    // It says that it listens where nobody hears it: what it writes into a pipe waits there until it is much.
    await Promise.race([failed, answers(port)]);
    failed.catch(() => {});
    return new Coturn(child, home, port);
  }

  async close(): Promise<void> {
    const gone = once(this.child, 'exit');
    this.child.kill('SIGKILL');
    await gone;
    rmSync(this.home, { recursive: true, force: true });
  }
}

/** What its client reports at the end. */
export interface Report {
  sent: number;
  received: number;
}

/** Runs coturn's client: pairs of clients that send messages to each other through the relay. */
export async function drive(port: number, user: string, password: string, flags: readonly string[]): Promise<Report> {
  const args = ['-y', '-u', user, '-w', password, '-p', String(port), ...flags, '127.0.0.1'];
  const { stdout } = await promisify(execFile)(CLIENT, args, { timeout: 30_000 });
  const [, sent, received] = /start_mclient: tot_send_msgs=(\d+), tot_recv_msgs=(\d+)/.exec(stdout) ?? [];
  if (!sent || !received) throw new Error(`It says no figures:\n${stdout}`);
  return { sent: Number(sent), received: Number(received) };
}

/** Until somebody listens there. */
async function answers(port: number): Promise<void> {
  for (;;) {
    const socket = connect(port, '127.0.0.1');
    try {
      await once(socket, 'connect');
      return;
    } catch {
      await new Promise(setImmediate);
    } finally {
      socket.destroy();
    }
  }
}

async function freePort(): Promise<number> {
  const listener = createServer().listen(0, '127.0.0.1');
  await once(listener, 'listening');
  const { port } = listener.address() as AddressInfo;
  listener.close();
  await once(listener, 'close');
  return port;
}
