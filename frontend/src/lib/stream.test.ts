import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Item } from './frames';
import { Stream } from './stream.svelte';

class FakeSocket {
  static all: FakeSocket[] = [];
  static OPEN = 1;
  static CLOSED = 3;
  readyState = 1;
  sent: { type: string; id?: string }[] = [];
  onmessage: ((event: { data: string }) => void) | null = null;
  onclose: ((event: { code: number }) => void) | null = null;
  constructor(public url: string) {
    FakeSocket.all.push(this);
  }
  send(text: string): void {
    this.sent.push(JSON.parse(text) as { type: string });
  }
  close(): void {
    this.readyState = 3;
  }
  hear(frame: unknown): void {
    this.onmessage?.({ data: JSON.stringify(frame) });
  }
  drop(code = 1006): void {
    this.readyState = 3;
    this.onclose?.({ code });
  }
}

const target = (): EventTarget => new EventTarget();
const hello = { type: 'hello', match: { id: 1, seats: [], status: 'running' }, as: 'public', allowed: ['public'], withheld: '', me: null, now: 0, cursor: 0 };
const items = (...numbers: number[]): { type: string; items: Item[] } => ({ type: 'events', items: numbers.map((n) => ({ n, at: n, ops: [] })) });
let seen: number[];
let stream: Stream;
const socket = (): FakeSocket => FakeSocket.all.at(-1)!;

beforeEach(() => {
  vi.useFakeTimers();
  FakeSocket.all = [];
  seen = [];
  const page = Object.assign(target(), { setInterval, setTimeout, clearInterval });
  vi.stubGlobal('window', page);
  vi.stubGlobal('document', Object.assign(target(), { hidden: false }));
  vi.stubGlobal('location', { protocol: 'http:', host: 'table' });
  vi.stubGlobal('navigator', { onLine: true });
  vi.stubGlobal('WebSocket', FakeSocket);
  stream = new Stream(1, 'public', (fresh, again) => {
    if (again) seen = [];
    seen.push(...fresh.map((item) => item.n));
  });
  socket().hear(hello);
});

afterEach(() => {
  stream.close();
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

describe('the stream', () => {
  it('takes items in order and passes over what it has', () => {
    socket().hear(items(1, 2));
    socket().hear(items(2, 3));
    expect(seen).toEqual([1, 2, 3]);
  });

  it('comes back at its cursor when there is a gap', () => {
    socket().hear(items(1));
    socket().hear(items(3));
    expect(seen).toEqual([1]);
    expect(socket().url).toContain('after=1');
    expect(FakeSocket.all).toHaveLength(2);
  });

  it('comes back at its cursor when the line breaks', () => {
    socket().hear(items(1, 2));
    socket().drop();
    expect(stream.link).toBe('reconnecting');
    vi.advanceTimersByTime(400);
    socket().hear(hello);
    socket().hear(items(3));
    expect(socket().url).toContain('after=2');
    expect(seen).toEqual([1, 2, 3]);
    expect(stream.link).toBe('live');
  });

  it('opens a new line when the old one has been silent for too long', () => {
    vi.advanceTimersByTime(13000);
    expect(FakeSocket.all.length).toBeGreaterThan(1);
  });

  it('sends a decision again under the same id until it is acknowledged', async () => {
    const done = stream.act([{ do: 'pass' }], null);
    vi.advanceTimersByTime(3100);
    const acts = socket().sent.filter((frame) => frame.type === 'act');
    expect(acts.length).toBe(2);
    expect(new Set(acts.map((frame) => frame.id)).size).toBe(1);
    socket().hear({ type: 'ack', id: acts[0]!.id, ok: false, code: 'no', error: 'Not now.' });
    expect(await done).toBe('Not now.');
    expect(stream.pending).toBe(0);
  });

  it('delivers what was decided while the line was down', () => {
    socket().drop();
    void stream.act([{ do: 'pass' }], null);
    vi.advanceTimersByTime(400);
    socket().hear(hello);
    expect(socket().sent.some((frame) => frame.type === 'act')).toBe(true);
  });

  it('tells whoever waits that the page was left', async () => {
    const done = stream.act([{ do: 'pass' }], null);
    stream.close();
    expect(await done).toBe('This page has been left.');
  });

  it('begins again when the viewpoint changes', () => {
    socket().hear(items(1, 2));
    socket().hear({ ...hello, as: 'god' });
    socket().hear(items(1));
    expect(seen).toEqual([1]);
  });

  it('keeps what is being written until the viewpoint changes or the line breaks', () => {
    const thinking = { type: 'thinking', pieces: [{ seat: 3, ask: '5:3', kind: 'thought', at: 0, text: 'hm', since: 1 }] };
    socket().hear({ ...hello, as: 'god' });
    socket().hear(thinking);
    expect(stream.writings.get(3)?.parts).toEqual([{ kind: 'thought', text: 'hm' }]);
    socket().hear(hello);
    expect(stream.writings.size).toBe(0);
    socket().hear(thinking);
    socket().drop();
    vi.advanceTimersByTime(400);
    expect(stream.writings.size).toBe(0);
  });

  it('is live again as soon as anything is heard', () => {
    window.dispatchEvent(new Event('offline'));
    expect(stream.link).toBe('offline');
    socket().hear({ type: 'pong', t: 0, now: 0 });
    expect(stream.link).toBe('live');
  });
});
