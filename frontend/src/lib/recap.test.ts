import { describe, expect, it } from 'vitest';
import god from '../fixtures/god.json';
import type { Item } from './frames';
import { recap, standing } from './recap';
import { advance, EMPTY } from './reduce';

const end = advance(EMPTY, god as unknown as Item[]);

describe('what a latecomer must know', () => {
  it('has every death, under the phase in which it was told', () => {
    const told = recap(end).flatMap((chapter) => chapter.lines);
    expect(told.filter((line) => line.kind === 'death')).toEqual(end.lines.filter((line) => line.kind === 'death'));
    expect(recap(end).every((chapter) => chapter.title && chapter.lines.length)).toBe(true);
    expect(told.some((line) => line.kind === 'chat')).toBe(false);
  });

  it('is empty before anything has come of the talk', () => expect(recap(EMPTY)).toEqual([]));

  it('says how it stands', () => {
    const dead = end.seats.filter((seat) => !seat.alive).length;
    expect(standing(end)).toMatch(new RegExp(`^${7 - dead} of 7 alive`));
  });
});
