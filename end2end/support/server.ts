// The program under test: the released binary, on a free port of this machine, for one test.

import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

const REPOSITORY = join(import.meta.dirname, '../..');
export const PROGRAM = process.env.TINCAN ?? join(REPOSITORY, 'target/release/tincan');

/** Where it listens. */
export interface Host {
  address: string;
  /** 0 for a free one. */
  port: number;
  /** What the command line starts with, if it runs elsewhere than the tests do. */
  within: readonly string[];
}

const HERE: Host = { address: '127.0.0.1', port: 0, within: [] };

/** Flags of a relay on this machine alone, on a port that the system gives. */
export const RELAY = ['--relay', 'on', '--relay-listen', '127.0.0.1:0'];

export class Server {
  private constructor(
    private child: ChildProcess,
    private readonly home: string,
    private readonly flags: readonly string[],
    private readonly host: Host,
    /** What it printed. */
    readonly log: string[],
  ) {}

  static async start(flags: readonly string[] = [], host = HERE): Promise<Server> {
    if (!existsSync(PROGRAM)) throw new Error(`There is no ${PROGRAM}: run \`make release\` first.`);
    const home = mkdtempSync(join(tmpdir(), 'tincan-'));
    const log: string[] = [];
    const child = launch(home, host, flags);
    const port = await listening(child, host, log);
    return new Server(child, home, flags, { ...host, port }, log);
  }

  get port(): number {
    return this.host.port;
  }

  get origin(): string {
    const scheme = this.flags.includes('--tls') ? 'https' : 'http';
    return `${scheme}://${this.host.address}:${this.port}`;
  }

  /** Ends it and starts it again in the same place: same port, same secret, nothing else remembered. */
  async restarts(signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
    await this.ends(signal);
    await this.comesBack();
  }

  async ends(signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    const gone = once(this.child, 'exit');
    this.child.kill(signal);
    await gone;
  }

  async comesBack(): Promise<void> {
    this.child = launch(this.home, this.host, this.flags);
    await listening(this.child, this.host, this.log);
  }

  /** Stands still: whoever connects gets no answer, and no connection ends. */
  freezes(): void {
    this.child.kill('SIGSTOP');
  }

  thaws(): void {
    this.child.kill('SIGCONT');
  }

  async close(): Promise<void> {
    await this.ends('SIGKILL');
    rmSync(this.home, { recursive: true, force: true });
  }
}

function launch(home: string, { address, port, within }: Host, flags: readonly string[]): ChildProcess {
  const command = [...within, PROGRAM, '--listen', `${address}:${port}`, ...flags] as [string, ...string[]];
  const child = spawn(command[0], command.slice(1), {
    // Nothing lies beside it: all that it needs is in it.
    cwd: home,
    // The relay's port is one alone on a machine, and tests are many; one that wants a relay says --relay-listen and --relay=on.
    env: { TINCAN_RELAY: 'off', ...process.env, TINCAN_SECRET_DIR: home },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  // However this process ends, the server ends with it.
  const end = () => child.kill('SIGKILL');
  process.once('exit', end);
  child.once('exit', () => process.off('exit', end));
  return child;
}

/** Waits for the line that names the address, and gives its port. */
function listening(child: ChildProcess, { address }: Host, log: string[]): Promise<number> {
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => reject(new Error(`The server ended with ${code}:\n${log.join('\n')}`)));
    for (const output of [child.stdout, child.stderr]) {
      if (!output) continue;
      createInterface(output).on('line', (line) => {
        log.push(line);
        const port = line.split(`${address}:`)[1]?.match(/^\d+/)?.[0];
        if (port) resolve(Number(port));
      });
    }
  });
}
