// A wire between one person and the server that can be held up, cut and mended. What goes from browser to
// browser does not run through it.

import { connect, createServer, type AddressInfo, type Server as TcpServer, type Socket } from 'node:net';
import { once } from 'node:events';

import type { Server } from './server';

export class Line {
  private readonly wires = new Set<Wire>();
  private isCut = false;
  private isNumb = false;
  /** What is held up, in order; nothing when all goes through. */
  private held: (() => void)[] | undefined;
  /** How long everything is on its way, in milliseconds. */
  private delay = 0;

  /** How many connections the server has given up that swallow everything. */
  givenUp = 0;

  private constructor(private readonly listener: TcpServer, private readonly port: number) {}

  static async to(server: Server): Promise<Line> {
    const listener = createServer();
    const line = new Line(listener, server.port);
    listener.on('connection', (near) => line.joins(near));
    listener.listen(0, '127.0.0.1');
    await once(listener, 'listening');
    return line;
  }

  get origin(): string {
    return `http://127.0.0.1:${(this.listener.address() as AddressInfo).port}`;
  }

  /** Ends every connection, and lets no new one through. */
  cuts(): void {
    this.isCut = true;
    for (const wire of this.wires) wire.ends();
  }

  /** Takes every byte in both directions and passes none on, while nothing is closed. */
  swallows(): void {
    this.isNumb = true;
    for (const wire of this.wires) wire.isNumb = true;
  }

  /** For new connections: one that was cut is gone, and one whose bytes were swallowed stays as it is. */
  mends(): void {
    this.isCut = false;
    this.isNumb = false;
  }

  /** Keeps everything in both directions, until it is let go. */
  holds(): void {
    this.held ??= [];
  }

  letsGo(): void {
    const held = this.held ?? [];
    this.held = undefined;
    for (const passOn of held) passOn();
  }

  /** Everything takes this long, in each direction. */
  delays(milliseconds: number): void {
    this.delay = milliseconds;
  }

  close(): void {
    this.cuts();
    this.listener.close();
  }

  private joins(near: Socket): void {
    if (this.isCut) {
      near.destroy();
      return;
    }
    const wire = new Wire(near, connect(this.port, '127.0.0.1'), this.isNumb);
    this.wires.add(wire);
    wire.joins((passOn) => this.carry(passOn), () => (this.givenUp += 1));
    wire.whenOver(() => this.wires.delete(wire));
  }

  private carry(passOn: () => void): void {
    if (this.delay > 0) setTimeout(passOn, this.delay);
    else if (this.held) this.held.push(passOn);
    else passOn();
  }
}

/** One connection. */
class Wire {
  constructor(private readonly near: Socket, private readonly far: Socket, public isNumb: boolean) {}

  joins(carry: (passOn: () => void) => void, givenUp: () => void): void {
    for (const [one, other] of [[this.near, this.far], [this.far, this.near]] as const) {
      one.on('data', (bytes) => {
        if (!this.isNumb) carry(() => void other.write(bytes));
      });
      one.on('error', () => {});
      one.on('close', () => {
        if (!this.isNumb) carry(() => void other.destroy());
      });
    }
    this.far.on('close', () => {
      if (this.isNumb) givenUp();
    });
  }

  whenOver(then: () => void): void {
    for (const [one, other] of [[this.near, this.far], [this.far, this.near]] as const) {
      one.on('close', () => {
        if (other.closed) then();
      });
    }
  }

  ends(): void {
    this.near.destroy();
    this.far.destroy();
  }
}
