import { describe, expect, it } from 'vitest';
import type { SeatOut } from './frames';
import { waitingFor } from './waiting';

const seat = (number: number, parts: Partial<SeatOut>): SeatOut => ({ seat: number, name: `P${number}`, agent: 'scripted', person: false, open: false, away: false, until: null, ready: false, ...parts });

describe('what a table waits for', () => {
  it.each([
    ['free seats', [seat(1, { person: true, ready: true }), seat(2, { open: true }), seat(3, {})], 1, 'Waiting for 1 more person to sit down.'],
    ['oneself', [seat(1, { person: true }), seat(2, { open: true })], 1, 'Say that you are ready when you want to begin.'],
    ['others', [seat(1, { person: true, ready: true }), seat(2, { person: true }), seat(3, { open: true }), seat(4, { open: true })], 1, 'Waiting for 2 more people to sit down and for P2 to be ready.'],
    ['nobody', [seat(1, { person: true, ready: true })], null, 'The match begins.'],
  ])('is told: %s', (_, seats, me, sentence) => {
    expect(waitingFor(seats, me)).toBe(sentence);
  });
});
