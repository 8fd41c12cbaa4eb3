// A wire between one person and the server that can be held up, cut and mended. What goes from browser to
// browser does not run through it.

import { connect, createServer, type AddressInfo, type Server as TcpServer, type Socket } from 'node:net';
import { once } from 'node:events';

import type { Server } from './server';

export class Line {
  private readonly sockets = new Set<Socket>();
  private isCut = false;
  /** What is held up, in order; nothing when all goes through. */
  private held: (() => void)[] | undefined;

  private constructor(private readonly listener: TcpServer) {}

  static async to(server: Server): Promise<Line> {
    const listener = createServer();
    const line = new Line(listener);
    listener.on('connection', (near) => line.joins(near, connect(server.port, '127.0.0.1')));
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
    for (const socket of this.sockets) socket.destroy();
  }

  mends(): void {
    this.isCut = false;
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

  close(): void {
    this.cuts();
    this.listener.close();
  }

  private joins(near: Socket, far: Socket): void {
    if (this.isCut) near.destroy();
    for (const [one, other] of [[near, far], [far, near]] as const) {
      this.sockets.add(one);
      one.on('data', (bytes) => this.carry(() => void other.write(bytes)));
      one.on('error', () => {});
      one.on('close', () => {
        this.sockets.delete(one);
        other.destroy();
      });
    }
  }

  private carry(passOn: () => void): void {
    if (this.held) this.held.push(passOn);
    else passOn();
  }
}
