import { describe, expect, it } from 'vitest';
import { arc, places } from './arcs';

const card = (offsetLeft: number, offsetTop: number) => ({ offsetLeft, offsetTop, offsetWidth: 100, offsetHeight: 40 });

describe('a vote as an arc', () => {
  const [a, b, below] = places([card(0, 0), card(110, 0), card(0, 60)]) as [never, never, never];
  it('goes from rim to rim, across the gap between two columns', () => {
    expect(arc(a, b)).toBe('M86 20 C105 20 105 20 124 20');
    expect(arc(b, a)).toBe('M124 20 C105 20 105 20 86 20');
  });
  it('bends outwards within a column, and stays on the card', () => {
    const [, bend] = /^M86 20 Q([\d.]+) 50 86 80$/.exec(arc(a, below))!;
    expect(Number(bend)).toBeGreaterThan(90);
    expect((86 + Number(bend)) / 2).toBeLessThan(100);
  });
});
