import { describe, expect, it } from 'vitest';
import god from '../fixtures/god.json';
import own from '../fixtures/seat.json';
import type { Item } from './frames';
import { advance, EMPTY, glimpse, leader, Timeline } from './reduce';

const everything = god as unknown as Item[];
const seat = own as unknown as Item[];

describe('the picture of a match', () => {
  it('begins empty and leaves what it began with alone', () => {
    const before = advance(EMPTY, everything.slice(0, 50));
    const copy = structuredClone(before);
    advance(before, everything.slice(50));
    expect(before).toEqual(copy);
    expect(EMPTY.lines).toEqual([]);
  });

  it('does not depend on how the items were cut into frames', () => {
    const whole = advance(EMPTY, seat);
    const single = seat.reduce((screen, item) => advance(screen, [item]), EMPTY);
    expect(single).toEqual(whole);
  });

  it('is the same at any moment, whether reached from a snapshot or from the beginning', () => {
    const timeline = new Timeline();
    timeline.add(everything);
    for (const n of [0, 1, 99, 100, 101, 200, everything.length]) expect(timeline.at(n)).toEqual(advance(EMPTY, everything.slice(0, n)));
  });

  it('knows the seats, the phases, the deaths and the end', () => {
    const end = advance(EMPTY, seat);
    expect(end.seats).toHaveLength(7);
    expect(end.marks.filter((mark) => mark.kind === 'death')).toHaveLength(end.seats.filter((one) => !one.alive).length);
    expect(end.marks.at(-1)?.kind).toBe('end');
    expect(end.over?.roles).toHaveLength(7);
    expect(end.seats.every((one) => one.role)).toBe(true);
  });

  it('tells a seat its own role and nobody else’s before they are shown', () => {
    const early = advance(EMPTY, seat.slice(0, seat.findIndex((item) => item.ops.some((op) => op.op === 'phase'))));
    expect(early.me.role).toBeTruthy();
    const known = early.seats.filter((one) => one.role).map((one) => one.seat);
    expect(known).toEqual(expect.arrayContaining([3]));
    expect(known.every((one) => one === 3 || early.me.team?.some(([mate]) => mate === one))).toBe(true);
  });

  it('keeps how a model came to a decision beside its thought', () => {
    const report = { model: 'toy', lane: 'cpu', attempts: [], prompt_tokens: 9, cached_tokens: 5, thought_tokens: 2, spoken_tokens: 1, latency_ms: 3, finish: 'stop', retries: [], fallback: '', error: '' };
    const last = everything.at(-1)!.n;
    const line = advance(advance(EMPTY, everything), [{ n: last + 1, at: 0, ops: [{ op: 'thought', seat: 2, text: 'hm', ask: 'vote', cost: 3, report }] }]).lines.at(-1);
    expect(line).toMatchObject({ kind: 'thought', seat: 2, text: 'hm', report });
  });

  it('knows who leads the votes: alone, and with more than one', () => {
    expect(leader({})).toBe(0);
    expect(leader({ 6: 1 })).toBe(0);
    expect(leader({ 6: 2, 3: 1 })).toBe(6);
    expect(leader({ 6: 2, 3: 2 })).toBe(0);
    expect(leader({ 2: 2, 10: 3 })).toBe(10);
  });

  it('marks where the votes turn to another player, through a tie too, and not from one day to the next', () => {
    const swings = advance(EMPTY, everything).marks.filter((mark) => mark.kind === 'swing');
    expect(swings.map((mark) => [mark.day, mark.n])).toEqual([[2, 107], [3, 191], [4, 249]]);
    const end = advance(EMPTY, everything);
    expect(swings[0]?.title).toBe(`The votes turn from ${end.seats[5]?.name} to ${end.seats[2]?.name}`);
    const mine = advance(EMPTY, seat).marks.filter((mark) => mark.kind === 'swing');
    expect(mine.map((mark) => mark.title)).toEqual(swings.map((mark) => mark.title));
  });

  it('says a moment in a few words', () => {
    const timeline = new Timeline();
    timeline.add(everything);
    expect(glimpse(EMPTY)).toBe('Before the match');
    expect(glimpse(timeline.at(60))).toBe('Day 2 - Discussion');
    const spoken = everything.find((item) => item.ops.some((op) => op.op === 'line' && op.kind === 'chat'))!;
    const op = spoken.ops.find((one) => one.op === 'line')!;
    expect(glimpse(timeline.at(spoken.n))).toContain(op.op === 'line' ? `${op.name}: ${op.text.slice(0, 40)}` : '');
    const long = advance(EMPTY, [{ n: 1, at: 0, ops: [{ op: 'line', id: 'e1', kind: 'chat', seat: 0, name: 'Ada', text: 'x'.repeat(4000), tone: 'plain' }] }]);
    expect(glimpse(long).length).toBeLessThan(130);
  });

  it('marks a trial once', () => {
    const marks = advance(EMPTY, everything).marks.filter((mark) => mark.kind === 'trial');
    const opened = everything.filter((item) => item.ops.some((op) => op.op === 'line' && op.text.includes('put on trial')));
    expect(marks).toHaveLength(opened.length);
  });
});
