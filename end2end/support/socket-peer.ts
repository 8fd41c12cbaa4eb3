// A peer without a browser: a WebSocket that speaks the protocol (see PROTOCOL.md). For crowds, and for people
// who do not play by the rules.

import { randomBytes } from 'node:crypto';
import { once } from 'node:events';

import WebSocket from 'ws';

import type { Server } from './server';

type Json = Record<string, unknown>;

/** `{"welcome": {…}}`, as it stands under `message` in a frame. */
export type Message = Record<string, Json>;

export type Room = 'lobby' | { private: string };

const hex = (digits: number) => randomBytes(digits / 2).toString('hex');

export class SocketPeer {
  readonly received: Message[] = [];
  private count = 0;
  private waiting: (() => void)[] = [];

  private constructor(private readonly socket: WebSocket) {
    socket.on('message', (data) => {
      this.received.push((JSON.parse(String(data)) as { message: Message }).message);
      for (const wake of this.waiting.splice(0)) wake();
    });
  }

  static async connects(server: Server): Promise<SocketPeer> {
    const socket = new WebSocket(`${server.origin.replace('http', 'ws')}/ws`, { origin: server.origin });
    const peer = new SocketPeer(socket);
    await once(socket, 'open');
    return peer;
  }

  static async enters(server: Server, nickname: string, room: Room = 'lobby'): Promise<SocketPeer> {
    const peer = await SocketPeer.connects(server);
    peer.saysHello(nickname, room);
    await peer.hears('welcome');
    return peer;
  }

  saysHello(nickname: string, room: Room = 'lobby'): void {
    this.send({ hello: { version: 1, room, nickname, incarnation: hex(12) } });
  }

  static newCall(): string {
    return hex(32);
  }

  get id(): string {
    return this.welcome.peer as string;
  }

  /** The id of somebody who was in the room at the welcome or has come since. */
  idOf(nickname: string): string {
    const contacts = [this.welcome.contacts as Json, ...this.received.map((message) => message.presence ?? {})];
    const joined = contacts.flatMap((presence) => Object.entries(presence.joined ?? {}));
    const id = joined.findLast(([, name]) => name === nickname)?.[0];
    if (!id) throw new Error(`There is no ${nickname}.`);
    return id;
  }

  send(message: Message): void {
    this.socket.send(JSON.stringify({ id: ++this.count, message }));
  }

  /** The first message of this name, also one that has come already. */
  async hears(name: string): Promise<Json> {
    for (;;) {
      const message = this.received.find((one) => name in one);
      if (message) return message[name] as Json;
      await new Promise<void>((resolve, reject) => {
        this.waiting.push(resolve);
        this.socket.once('close', (code) => reject(new Error(`Closed with ${code} while waiting for ${name}.`)));
      });
    }
  }

  leaves(): void {
    this.send({ leaving: {} });
    this.socket.close();
  }

  /** Without a word, as when a cable is pulled. */
  vanishes(): void {
    this.socket.terminate();
  }

  private get welcome(): Json {
    const message = this.received.find((one) => 'welcome' in one);
    if (!message?.welcome) throw new Error('Not welcomed yet.');
    return message.welcome;
  }
}
