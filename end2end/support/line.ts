// A wire between one person and the server that can be cut and mended. Peer-to-peer traffic does not run
// through it.

import { connect, createServer, type Server as TcpServer, type Socket } from 'node:net';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';

import type { Server } from './server';

export class Line {
  private readonly sockets = new Set<Socket>();
  private isCut = false;

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

  close(): void {
    this.cuts();
    this.listener.close();
  }

  private joins(near: Socket, far: Socket): void {
    if (this.isCut) near.destroy();
    for (const [one, other] of [[near, far], [far, near]] as const) {
      this.sockets.add(one);
      one.on('error', () => {});
      one.on('close', () => {
        this.sockets.delete(one);
        other.destroy();
      });
      one.pipe(other);
    }
  }
}
