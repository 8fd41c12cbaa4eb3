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
  private closedWith?: number;

  private constructor(private readonly socket: WebSocket) {
    socket.on('message', (data) => {
      this.received.push((JSON.parse(String(data)) as { message: Message }).message);
      this.wakesAll();
    });
    socket.on('close', (code) => {
      this.closedWith = code;
      this.wakesAll();
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

  /** The id of somebody who was in the room at the welcome, or has come since, or comes. */
  async idOf(nickname: string): Promise<string> {
    for (;;) {
      const contacts = [this.welcome.contacts as Json, ...this.received.map((message) => message.presence ?? {})];
      const joined = contacts.flatMap((presence) => Object.entries(presence.joined ?? {}));
      const id = joined.findLast(([, name]) => name === nickname)?.[0];
      if (id) return id;
      await this.hearsMore(nickname);
    }
  }

  send(message: Message): void {
    this.socket.send(JSON.stringify({ id: ++this.count, message }));
  }

  /** The first message of this name, also one that has come already. */
  async hears(name: string): Promise<Json> {
    for (;;) {
      const message = this.received.find((one) => name in one);
      if (message) return message[name] as Json;
      await this.hearsMore(name);
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

  private async hearsMore(waitingFor: string): Promise<void> {
    if (this.closedWith) throw new Error(`Closed with ${this.closedWith} while waiting for ${waitingFor}.`);
    await new Promise<void>((resolve) => this.waiting.push(resolve));
  }

  private wakesAll(): void {
    for (const wake of this.waiting.splice(0)) wake();
  }

  private get welcome(): Json {
    const message = this.received.find((one) => 'welcome' in one);
    if (!message?.welcome) throw new Error('Not welcomed yet.');
    return message.welcome;
  }
}
