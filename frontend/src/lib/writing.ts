// What agents are writing right now, made from pieces of which any may be missing. The decision replaces all of it.
import type { Piece } from './frames';

export interface Part { kind: 'thought' | 'speech' | 'tool' | 'retry'; text: string }
/** `length` in characters of all that was written, whether it was heard or not; `done` when the last piece has come. */
export interface Writing { seat: number; ask: string; since: number; parts: Part[]; length: number; done: boolean }
export type Writings = ReadonlyMap<number, Writing>;

export const NOTHING: Writings = new Map();

/** What is written after more pieces. What it began with stays as it was. */
export function write(before: Writings, pieces: Piece[]): Writings {
  const next = new Map(before);
  for (const piece of pieces) {
    const old = next.get(piece.seat);
    if (piece.kind === 'gone') {
      if (old?.ask === piece.ask) next.delete(piece.seat);
      continue;
    }
    const fresh = !old || old.ask !== piece.ask || piece.kind === 'start';
    const writing = fresh ? { seat: piece.seat, ask: piece.ask, since: piece.since, parts: [], length: 0, done: false } : old;
    next.set(piece.seat, add(writing, piece));
  }
  return next;
}

function add(writing: Writing, piece: Piece): Writing {
  if (piece.kind === 'end') return { ...writing, done: true };
  if (piece.kind === 'start' || piece.kind === 'gone' || piece.at < writing.length) return writing; // heard before
  const lost = piece.at > writing.length ? '… ' : '';
  const last = writing.parts.at(-1);
  const text = lost + piece.text;
  const whole = piece.kind === 'tool' || piece.kind === 'retry';
  const parts = last?.kind === piece.kind && !whole ? [...writing.parts.slice(0, -1), { kind: last.kind, text: last.text + text }] : [...writing.parts, { kind: piece.kind, text }];
  return { ...writing, parts, length: piece.at + piece.text.length };
}

/** The last words, for one line. */
export function tail(writing: Writing, length = 160): string {
  const text = (writing.parts.at(-1)?.text ?? '').replace(/\s+/g, ' ').trim();
  return text.length > length ? `…${text.slice(-length).trimStart()}` : text;
}
