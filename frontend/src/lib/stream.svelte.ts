// The socket of a match: keeps a cursor, comes back where it was, sends what was decided until it is acknowledged.
import type { Action, Ask, Item, MatchOut, Option, Remark, SeatOut, ServerFrame, Thinking, Viewpoint } from './frames';
import { saved, type Saved } from './saved';
import { NOTHING, write, type Writings } from './writing';

export type Link = 'connecting' | 'live' | 'reconnecting' | 'offline' | 'closed';
interface Pending { id: string; ask: string | null; actions: Action[]; sentAt: number; tries: number; done: (error: string) => void }

const RESEND = 2500;
const PING = 5000;
const SILENCE = 12000;

export class Stream {
  link = $state<Link>('connecting');
  lag = $state<number | null>(null);
  match = $state.raw<MatchOut | null>(null);
  as = $state<Viewpoint>('public');
  allowed = $state.raw<Viewpoint[]>(['public']);
  withheld = $state('');
  me = $state<number | null>(null);
  thinking = $state.raw<Thinking[]>([]);
  /** What agents are writing, as far as it may be seen from here. */
  writings = $state.raw<Writings>(NOTHING);
  /** What is said beside the table, as far as it may be heard. */
  remarks = $state.raw<Remark[]>([]);
  ask = $state.raw<Ask | null>(null);
  standing = $state.raw<Option[]>([]);
  problem = $state('');
  pending = $state(0);
  cursor = $state(0);

  /** Server time minus ours, in ms. */
  skew = 0;
  private socket: WebSocket | null = null;
  private outbox: Pending[] = [];
  private fails = 0;
  private timers: number[] = [];
  private last = 0;
  private heard = Date.now();

  constructor(
    private id: number,
    as: Viewpoint,
    private onItems: (items: Item[], fresh: boolean, upto: number) => void,
  ) {
    this.as = as;
    if (saved) {
      this.show(saved);
      return;
    }
    this.open();
    this.timers.push(window.setInterval(() => this.tick(), 500), window.setInterval(() => this.ping(), PING));
    window.addEventListener('online', this.wake);
    window.addEventListener('offline', this.lost);
    document.addEventListener('visibilitychange', this.wake);
  }

  close(): void {
    this.timers.forEach((timer) => window.clearInterval(timer));
    window.removeEventListener('online', this.wake);
    window.removeEventListener('offline', this.lost);
    document.removeEventListener('visibilitychange', this.wake);
    this.end('This page has been left.');
  }

  /** Look from elsewhere; the stream starts again. */
  look(as: Viewpoint): void {
    if (as === this.as) return;
    this.send({ type: 'as', as });
  }

  /** Submit a decision; resolves with '' when it is recorded, else with the reason. */
  act(actions: Action[], ask: string | null): Promise<string> {
    return new Promise((done) => {
      const one = { id: token(), ask, actions, sentAt: 0, tries: 0, done };
      this.outbox.push(one);
      this.pending = this.outbox.length;
      this.deliver(one);
    });
  }

  /** Our clock, corrected to the server's. */
  now(): number {
    return Date.now() + this.skew;
  }

  /** All that a saved page brought along: nothing comes after it. */
  private show(page: Saved): void {
    this.link = 'closed';
    this.as = page.as;
    this.allowed = [page.as];
    this.match = { ...page.match, finished: true };
    this.cursor = page.items.length;
    this.onItems(page.items, false, page.items.length);
  }

  private open(): void {
    const scheme = location.protocol === 'https:' ? 'wss' : 'ws';
    this.socket?.close();
    const socket = new WebSocket(`${scheme}://${location.host}/ws/m/${this.id}/?as=${this.as}&after=${this.last}`);
    this.socket = socket;
    this.writings = NOTHING;
    this.heard = Date.now();
    socket.onmessage = (event) => this.socket === socket && this.hear(JSON.parse(event.data as string) as ServerFrame);
    socket.onclose = (event) => this.socket === socket && this.closed(event.code);
  }

  private closed(code: number): void {
    if (this.link === 'closed') return;
    if (code === 4004) return this.end('There is no such match.');
    this.link = navigator.onLine ? 'reconnecting' : 'offline';
    const least = code === 4003 || code === 4029 ? 5000 : 300;
    const wait = code === 4008 ? 50 : Math.min(8000, least * 2 ** this.fails++);
    window.setTimeout(() => this.link !== 'closed' && this.socket?.readyState === WebSocket.CLOSED && this.open(), wait);
  }

  private wake = (): void => {
    if (document.hidden || this.link === 'closed') return;
    if (this.socket?.readyState === WebSocket.CLOSED) this.open();
    else this.ping();
  };

  private lost = (): void => {
    this.link = 'offline';
  };

  /** Nothing will be heard any more: whoever waits for an answer is told so. */
  private end(why: string): void {
    this.link = 'closed';
    this.socket?.close();
    this.outbox.forEach((one) => one.done(why));
    this.outbox = [];
    this.pending = 0;
  }

  private hear(frame: ServerFrame): void {
    this.heard = Date.now();
    if (this.link === 'offline' || this.link === 'reconnecting') this.link = 'live';
    switch (frame.type) {
      case 'hello':
        return this.hello(frame);
      case 'events':
        return this.take(frame.items);
      case 'live':
        this.thinking = frame.thinking;
        if (this.match) this.match = { ...this.match, status: frame.status };
        return;
      case 'thinking':
        this.writings = write(this.writings, frame.pieces);
        return;
      case 'ask':
        this.ask = frame.ask;
        this.standing = frame.standing;
        return;
      case 'ack':
        return this.acked(frame.id, frame.ok ? '' : frame.error || 'This was refused.');
      case 'seats':
        if (this.match) this.match = { ...this.match, seats: frame.seats as SeatOut[] };
        return;
      case 'gallery':
        this.remarks = merged(this.remarks, frame.items, frame.gone);
        return;
      case 'pong':
        this.lag = Math.round(performance.now() - frame.t);
        this.skew = frame.now - Date.now() + this.lag / 2;
        return;
      case 'error':
        this.problem = frame.error;
    }
  }

  private hello(frame: Extract<ServerFrame, { type: 'hello' }>): void {
    if (frame.as !== this.as) this.restart();
    this.as = frame.as;
    this.match = frame.match;
    this.allowed = frame.allowed;
    this.withheld = frame.withheld;
    this.me = frame.me;
    this.skew = frame.now - Date.now();
    this.cursor = Math.max(this.cursor, frame.cursor);
    this.link = 'live';
    this.fails = 0;
    this.problem = '';
    this.outbox.forEach((one) => this.deliver(one));
    this.ping();
  }

  private restart(): void {
    this.last = 0;
    this.cursor = 0;
    this.writings = NOTHING;
    this.onItems([], true, 0);
  }

  private take(items: Item[]): void {
    const first = items[0];
    if (first && first.n === 1 && this.last > 0) this.restart();
    const fresh = items.filter((item) => item.n > this.last);
    if (!fresh.length) return;
    if (fresh[0]!.n !== this.last + 1) {
      this.open();
      return;
    }
    this.last = fresh[fresh.length - 1]!.n;
    this.cursor = Math.max(this.cursor, this.last);
    this.onItems(fresh, false, this.cursor);
  }

  private deliver(one: Pending): void {
    one.sentAt = Date.now();
    one.tries++;
    this.send({ type: 'act', id: one.id, ask: one.ask, actions: one.actions });
  }

  private acked(id: string, error: string): void {
    const one = this.outbox.find((other) => other.id === id);
    this.outbox = this.outbox.filter((other) => other.id !== id);
    this.pending = this.outbox.length;
    one?.done(error);
  }

  private tick(): void {
    const silent = Date.now() - this.heard > SILENCE;
    if (silent && this.link !== 'closed' && this.socket?.readyState !== WebSocket.CLOSED && navigator.onLine) {
      this.link = 'reconnecting';
      this.open();
    }
    for (const one of this.outbox) if (Date.now() - one.sentAt > RESEND) this.deliver(one);
  }

  private ping(): void {
    this.send({ type: 'ping', t: performance.now(), n: this.last });
  }

  private send(frame: unknown): void {
    if (this.socket?.readyState === WebSocket.OPEN) this.socket.send(JSON.stringify(frame));
  }
}

/** Remarks in order, new ones added (none twice: a reconnect tells them again), those taken away left out. */
export function merged(known: Remark[], news: Remark[], gone: number[]): Remark[] {
  const all = new Map([...known, ...news].map((one) => [one.id, one]));
  gone.forEach((id) => all.delete(id));
  return [...all.values()].sort((a, b) => a.id - b.id);
}

/** A fresh id; `randomUUID` is missing where a page is neither secure nor local. */
export function token(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
