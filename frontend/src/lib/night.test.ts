import { describe, expect, it } from 'vitest';
import god from '../fixtures/god.json';
import own from '../fixtures/seat.json';
import type { Item, NightOp } from './frames';
import { arrows, path, places } from './night';
import { advance, EMPTY } from './reduce';

const fact = (step: string, what: string, by: number, seats: number[], value = ''): NightOp => ({ op: 'night', step, what, by, seats, value, text: '' });

describe('a night as arrows', () => {
  it.each([
    [fact('act', 'heal', 3, [6], 'done'), [{ from: 3, to: 6, kind: 'deed', fact: 0 }]],
    [fact('act', 'heal', 3, [6], 'roleblocked'), [{ from: 3, to: 6, kind: 'stopped', fact: 0 }]],
    [fact('act', 'alert', 2, [], 'done'), [{ from: 2, to: 2, kind: 'deed', fact: 0 }]],
    [fact('act', 'transport', 1, [4, 5], 'done'), [{ from: 4, to: 5, kind: 'swap', fact: 0 }]],
    [fact('act', 'transport', 1, [4, 5], 'roleblocked'), [{ from: 1, to: 4, kind: 'stopped', fact: 0 }, { from: 1, to: 5, kind: 'stopped', fact: 0 }]],
    [fact('kill', 'killed', 2, [7], 'mafia'), [{ from: 2, to: 7, kind: 'killed', fact: 0 }]],
    [fact('kill', 'failed to kill', 2, [7], 'mafia'), [{ from: 2, to: 7, kind: 'survived', fact: 0 }]],
    [fact('kill', 'killed', 0, [7], 'poison'), []],
    [fact('visit', 'visited', 3, [6]), []],
  ])('%j', (one, wanted) => expect(arrows([one])).toEqual(wanted));

  it('has every night that the all-knowing view was told of, and none for a seat', () => {
    const nights = advance(EMPTY, god as unknown as Item[]).nights;
    expect(nights.map((night) => night.day)).toEqual([1, 2, 3]);
    expect(nights.every((night) => arrows(night.facts).length)).toBe(true);
    expect(advance(EMPTY, own as unknown as Item[]).nights).toEqual([]);
  });

  it('is drawn from rim to rim', () => {
    expect(places(4, 10).map(({ x, y }) => [Math.round(x), Math.round(y)])).toEqual([[0, -10], [10, 0], [0, 10], [-10, 0]]);
    expect(path({ x: 0, y: 0 }, { x: 100, y: 0 }, 10, 0)).toBe('M10 0 Q50 0 86 0');
  });
});
