// The program under test: the released binary, on a free port of this machine, for one test.

import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

const REPOSITORY = join(import.meta.dirname, '../..');
const PROGRAM = process.env.TINCAN ?? join(REPOSITORY, 'target/release/tincan');

export class Server {
  private constructor(
    private child: ChildProcess,
    private readonly home: string,
    private readonly flags: readonly string[],
    readonly port: number,
    /** What it printed. */
    readonly log: string[],
  ) {}

  static async start(flags: readonly string[] = []): Promise<Server> {
    if (!existsSync(PROGRAM)) throw new Error(`There is no ${PROGRAM}: run \`make site\` first.`);
    const home = mkdtempSync(join(tmpdir(), 'tincan-'));
    const log: string[] = [];
    const child = launch(home, ['--listen', '127.0.0.1:0', ...flags]);
    return new Server(child, home, flags, await listening(child, log), log);
  }

  get origin(): string {
    return `http://127.0.0.1:${this.port}`;
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
    this.child = launch(this.home, ['--listen', `127.0.0.1:${this.port}`, ...this.flags]);
    await listening(this.child, this.log);
  }

  async close(): Promise<void> {
    await this.ends('SIGKILL');
    rmSync(this.home, { recursive: true, force: true });
  }
}

function launch(home: string, args: string[]): ChildProcess {
  const child = spawn(PROGRAM, args, {
    cwd: REPOSITORY,
    env: { ...process.env, TINCAN_SECRET_DIR: home },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  // However this process ends, the server ends with it.
  const end = () => child.kill('SIGKILL');
  process.once('exit', end);
  child.once('exit', () => process.off('exit', end));
  return child;
}

/** Waits for the line that names the address, and gives its port. */
function listening(child: ChildProcess, log: string[]): Promise<number> {
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => reject(new Error(`The server ended with ${code}:\n${log.join('\n')}`)));
    for (const output of [child.stdout, child.stderr]) {
      if (!output) continue;
      createInterface(output).on('line', (line) => {
        log.push(line);
        const port = /127\.0\.0\.1:(\d+)/.exec(line)?.[1];
        if (port) resolve(Number(port));
      });
    }
  });
}
