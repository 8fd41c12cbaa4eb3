// A small network of its own for the tests that need one: a bridge with the server on it, and for each person a
// home on a cable to it, or behind a router of its own. Homes can lose packets, be narrow, move to another address, or
// fall asleep; routers translate addresses in one way or another. Nothing else on this machine is touched, and nothing
// of it stays.

import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import type { Browser } from '@playwright/test';

import { launch, type Wanted } from './browsers';
import type { Name } from './camera';
import type { Host } from './server';

const PREFIX = 'tincan';
const BRIDGE = 'lan';
const CABLE = 'eth0';
/** The world's side of a router's cable. */
const WORLD = 'world';
const PORT = 3000;
const HOMES: Record<Name, number> = { alice: 10, bob: 20, carol: 30 };

function run(program: string, ...args: string[]): string {
  return execFileSync(program, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
}

/**
 * Whether everybody is on one network with the server, of IPv4 or of IPv6 alone, or it stands in the world and
 * everybody behind a router.
 */
export type Kind = 'lan' | 'ipv6' | 'routers';

/** Addresses that differ in their last part. */
class Subnet {
  constructor(private readonly start: string, private readonly bits: number, readonly family: 'ip' | 'ip6' = 'ip') {}

  address(last: number): string {
    return `${this.start}${last}`;
  }

  /** All of them. */
  get range(): string {
    return `${this.address(0)}/${this.bits}`;
  }

  /** What `ip addr` is told, so that the address is good at once. */
  given(last: number): string[] {
    return [`${this.address(last)}/${this.bits}`, ...(this.family === 'ip6' ? ['nodad'] : [])];
  }
}

/** Those of a world are none that are special, or a relay would refuse them. They exist in these namespaces alone. */
const SUBNETS: Record<Kind, Subnet> = {
  lan: new Subnet('10.77.0.', 24),
  ipv6: new Subnet('2600:77::', 64, 'ip6'),
  routers: new Subnet('44.77.0.', 24),
};
/** Everybody's home looks the same from within, as homes do. */
const BEHIND_ROUTER = new Subnet('192.168.1.', 24);

/** A network namespace: its own cables, addresses and rules, and the processes that see nothing else. */
class Namespace {
  constructor(readonly name: string) {}

  static made(name: string): Namespace {
    run('ip', 'netns', 'add', name);
    const made = new Namespace(name);
    made.ip('link', 'set', 'lo', 'up');
    return made;
  }

  static all(): Namespace[] {
    const names = run('ip', 'netns', 'list').split('\n').map((line) => line.split(' ')[0] ?? '');
    return names.filter((name) => name.startsWith(`${PREFIX}-`)).map((name) => new Namespace(name));
  }

  /** What a command line starts with that is to run in here. */
  get within(): string[] {
    return ['ip', 'netns', 'exec', this.name];
  }

  ip(...args: string[]): void {
    run('ip', '-n', this.name, ...args);
  }

  run(...command: string[]): void {
    const [program, ...args] = [...this.within, ...command] as [string, ...string[]];
    run(program, ...args);
  }

  /** What the packets have to be like that come in by this cable and get no further, in the words of nftables. */
  drops(packets: string, cable: string): void {
    this.run('nft', 'add', 'table', 'inet', 'weather');
    this.run('nft', 'add', 'chain', 'inet', 'weather', 'in', '{ type filter hook input priority 0; }');
    this.run('nft', `add rule inet weather in iifname ${cable} ${packets} drop`);
  }

  /** What goes out by this cable does so at this rate; what is too much waits in a queue, and then falls off its end. */
  narrows(kilobits: number, cable: string): void {
    const shape = ['rate', `${kilobits}kbit`, 'burst', '4kb', 'latency', '400ms'];
    this.run('tc', 'qdisc', 'replace', 'dev', cable, 'root', 'tbf', ...shape);
  }

  calms(cable: string): void {
    this.run('nft', 'flush', 'ruleset');
    this.run('tc', 'qdisc', 'replace', 'dev', cable, 'root', 'pfifo_fast');
  }

  signal(signal: NodeJS.Signals): void {
    for (const process_ of run('ip', 'netns', 'pids', this.name).split('\n').filter(Boolean)) {
      try {
        process.kill(Number(process_), signal);
      } catch {
        // It has ended in the meantime.
      }
    }
  }

  isOrphaned(): boolean {
    const owner = Number(this.name.split('-')[1]);
    try {
      process.kill(owner, 0);
      return false;
    } catch {
      return true;
    }
  }

  removed(): void {
    this.signal('SIGKILL');
    run('ip', 'netns', 'del', this.name);
  }
}

/** How a router gives inner addresses an outer one (RFC 4787, section 4.1), and whether it lets UDP through. */
export interface Translation {
  /** One outer port for each inner one, whoever is spoken to; or another one for everybody who is. */
  mapping: 'endpoint-independent' | 'endpoint-dependent';
  udp: boolean;
}

/** Between a home and the world: what answers something is let in, and nothing else. */
class Router {
  constructor(private readonly namespace: Namespace) {
    namespace.run('sysctl', '-qw', 'net.ipv4.ip_forward=1');
  }

  translates({ mapping, udp }: Translation): void {
    // Linux keeps the port where it can, and so for everybody.
    const random = mapping === 'endpoint-dependent' ? ' fully-random' : '';
    const rules = [
      'flush ruleset',
      'table ip translation {',
      ` chain out { type nat hook postrouting priority 100; oifname ${WORLD} masquerade${random}; }`,
      '}',
      'table inet wall {',
      ' chain through {',
      '  type filter hook forward priority 0; policy drop;',
      ...(udp ? [] : ['  meta l4proto udp drop;']),
      '  ct state established,related accept;',
      `  iifname ${CABLE} accept;`,
      ' }',
      // What nobody has asked for leaves no trace, or it would take the port of what is asked for next.
      ` chain in { type filter hook input priority 0; iifname ${WORLD} ct state new drop; }`,
      '}',
    ];
    this.namespace.run('nft', rules.join('\n'));
  }
}

/** Where one person lives, with one cable to the outside. */
export class Home {
  private address: number;

  constructor(
    private readonly namespace: Namespace,
    private readonly subnet: Subnet,
    private readonly first: number,
    readonly router?: Router,
  ) {
    this.address = first - 1;
    namespace.ip('link', 'set', CABLE, 'up');
    this.arrives();
  }

  get within(): string[] {
    return this.namespace.within;
  }

  /** Its address is gone and another one is there, which is given: as when a telephone leaves the house. */
  moves(): string {
    this.leaves();
    return this.arrives();
  }

  /** It has no address at all. */
  leaves(): void {
    this.namespace.ip('addr', 'flush', 'dev', CABLE);
  }

  /** At an address it has not had yet. */
  arrives(): string {
    this.address += 1;
    this.namespace.ip('addr', 'add', ...this.subnet.given(this.address), 'dev', CABLE);
    if (this.router) this.namespace.ip('route', 'replace', 'default', 'via', this.subnet.address(1));
    return this.subnet.address(this.address);
  }

  drops(packets: string): void {
    this.namespace.drops(packets, CABLE);
  }

  narrows(kilobits: number): void {
    this.namespace.narrows(kilobits, CABLE);
  }

  /** Every program in it stands still, and its cable too. What is asked of its browser meanwhile waits. */
  async sleepsUntil(wokenBy: () => Promise<void>): Promise<void> {
    this.namespace.ip('link', 'set', CABLE, 'down');
    this.namespace.signal('SIGSTOP');
    await wokenBy().finally(() => this.wakesUp());
  }

  private wakesUp(): void {
    this.namespace.signal('SIGCONT');
    this.namespace.ip('link', 'set', CABLE, 'up');
  }

  /** As it was in the beginning. */
  calms(): void {
    this.wakesUp();
    this.namespace.calms(CABLE);
    if (this.address === this.first) return;
    this.leaves();
    this.address = this.first - 1;
    this.arrives();
  }
}

export class Network {
  static readonly NEEDS = 'needs root and Linux with ip, tc and nft, which make networks of their own';

  private readonly homes = new Map<Name, Home>();
  private readonly browsers = new Map<Name, Promise<Browser>>();
  private readonly scripts = mkdtempSync(join(tmpdir(), 'tincan-network-'));
  private readonly removeAtExit = () => this.remove();

  private constructor(private readonly kind: Kind, private readonly namespaces: Namespace[], private readonly hub: Namespace) {
    process.once('exit', this.removeAtExit);
  }

  /** Nothing where it cannot be. */
  static made(kind: Kind): Network | undefined {
    if (!isPossible(kind)) return undefined;
    for (const left of Namespace.all()) if (left.isOrphaned()) left.removed();
    const prefix = `${PREFIX}-${process.pid}`;
    const hub = Namespace.made(`${prefix}-hub`);
    const network = new Network(kind, [hub], hub);
    hub.ip('link', 'add', 'name', BRIDGE, 'type', 'bridge');
    hub.ip('addr', 'add', ...SUBNETS[kind].given(1), 'dev', BRIDGE);
    hub.ip('link', 'set', BRIDGE, 'up');
    for (const name of Object.keys(HOMES) as Name[]) network.builds(name, `${prefix}-${name}`);
    return network;
  }

  private get subnet(): Subnet {
    return SUBNETS[this.kind];
  }

  /** Where the server runs. */
  get host(): Host {
    const { family } = this.subnet;
    const address = this.subnet.address(1);
    return { address: family === 'ip6' ? `[${address}]` : address, port: PORT, within: this.hub.within };
  }

  home(name: Name): Home {
    const home = this.homes.get(name);
    if (!home) throw new Error(`${name} has no home.`);
    return home;
  }

  /** The browser in somebody's home. The first who asks says what it is like. */
  browser(wanted: Wanted): Promise<Browser> {
    const { owner } = wanted;
    const { address, port } = this.host;
    const running = this.browsers.get(owner) ?? launch({
      ...wanted,
      home: { script: this.script(owner), secureOrigin: `http://${address}:${port}` },
    });
    this.browsers.set(owner, running);
    return running;
  }

  /** Of everything that anybody sends to anybody, the server among them. */
  loses(percent: number): void {
    const packets = `numgen random mod 100 < ${percent}`;
    this.hub.drops(packets, BRIDGE);
    for (const home of this.homes.values()) home.drops(packets);
  }

  /** Everybody reaches the server, and nobody anybody else. */
  keepsPeopleApart(): void {
    const { family, range } = this.subnet;
    const others = `${family} saddr ${range} ${family} saddr != ${this.subnet.address(1)}`;
    for (const home of this.homes.values()) home.drops(others);
  }

  /** Every cable, in both directions. */
  narrows(kilobits: number): void {
    for (const [name, home] of this.homes) {
      this.hub.narrows(kilobits, name);
      home.narrows(kilobits);
    }
  }

  calms(): void {
    for (const [name, home] of this.homes) {
      this.hub.calms(name);
      home.calms();
    }
  }

  async close(): Promise<void> {
    this.calms();
    for (const browser of this.browsers.values()) await (await browser).close();
    process.off('exit', this.removeAtExit);
    this.remove();
  }

  private builds(name: Name, namespaceName: string): void {
    const namespace = Namespace.made(namespaceName);
    this.namespaces.push(namespace);
    if (this.kind !== 'routers') {
      this.lays(name, namespace, CABLE);
      this.homes.set(name, new Home(namespace, this.subnet, HOMES[name]));
      return;
    }
    const between = Namespace.made(`${namespaceName}-router`);
    this.namespaces.push(between);
    this.lays(name, between, WORLD);
    between.ip('addr', 'add', ...this.subnet.given(HOMES[name]), 'dev', WORLD);
    between.ip('link', 'set', WORLD, 'up');
    between.ip('link', 'add', 'name', CABLE, 'type', 'veth', 'peer', 'name', CABLE, 'netns', namespace.name);
    between.ip('addr', 'add', ...BEHIND_ROUTER.given(1), 'dev', CABLE);
    between.ip('link', 'set', CABLE, 'up');
    namespace.ip('link', 'set', CABLE, 'addrgenmode', 'none');
    this.homes.set(name, new Home(namespace, BEHIND_ROUTER, HOMES[name], new Router(between)));
  }

  /** A cable from the bridge. */
  private lays(name: Name, to: Namespace, as: string): void {
    this.hub.ip('link', 'add', 'name', name, 'type', 'veth', 'peer', 'name', as, 'netns', to.name);
    // Addresses are those that a test gives, and no others.
    to.ip('link', 'set', as, 'addrgenmode', 'none');
    this.hub.ip('link', 'set', name, 'master', BRIDGE, 'up');
  }

  /** A program that runs another one in somebody's home. */
  private script(owner: Name): (program: string) => string {
    return (program) => {
      const path = join(this.scripts, owner);
      writeFileSync(path, `#!/bin/sh\nexec ${this.home(owner).within.join(' ')} '${program}' "$@"\n`, { mode: 0o755 });
      return path;
    };
  }

  private remove(): void {
    for (const namespace of this.namespaces.splice(0)) namespace.removed();
    rmSync(this.scripts, { recursive: true, force: true });
  }
}

/** Tries it out: tools may be there that the kernel does not serve. */
function isPossible(kind: Kind): boolean {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return false;
  const name = `${PREFIX}-${process.pid}-trial`;
  try {
    const trial = Namespace.made(name);
    try {
      trial.run('nft', 'add', 'table', 'inet', 'weather');
      trial.run('tc', 'qdisc', 'replace', 'dev', 'lo', 'root', 'tbf', 'rate', '1mbit', 'burst', '4kb', 'latency', '200ms');
      trial.ip('link', 'add', 'name', BRIDGE, 'type', 'bridge');
      if (kind === 'routers') new Router(trial).translates({ mapping: 'endpoint-dependent', udp: true });
      return true;
    } finally {
      trial.removed();
    }
  } catch {
    return false;
  }
}
