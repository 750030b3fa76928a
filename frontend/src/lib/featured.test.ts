import { describe, expect, it } from 'vitest';
import { featured, interest } from './featured';
import type { MatchCard } from './frames';

const card = (id: number, step: string, more: Partial<MatchCard> = {}): MatchCard =>
  ({ id, step, status: 'running', fallen: 0, watching: 0, living: [1, 2, 3, 4, 5, 6, 7], seats: Array(7), ...more }) as MatchCard;
const shown = { id: 1, since: 0, over: null };

describe('the featured match', () => {
  it('prefers a trial to a night that killed, that to a vote, and that to talk', () => {
    const order = [card(1, 'judgement'), card(2, 'discussion', { fallen: 2 }), card(3, 'voting'), card(4, 'night'), card(5, 'discussion'), card(6, '')];
    expect(order.map(interest)).toEqual([...order.map(interest)].sort((a, b) => b - a));
    expect(new Set(order.map(interest)).size).toBe(order.length);
    expect(featured([...order].reverse(), null, 0, false)).toEqual({ id: 1, since: 0, over: null });
  });

  it('prefers the last few, then what most watch, then the newest', () => {
    expect(featured([card(1, 'voting', { living: [1, 2] }), card(2, 'voting')], null, 0, false)?.id).toBe(1);
    expect(featured([card(1, 'voting', { watching: 3 }), card(2, 'voting')], null, 0, false)?.id).toBe(1);
    expect(featured([card(1, 'voting'), card(2, 'voting')], null, 0, false)?.id).toBe(2);
  });

  it('moves on to what is clearly more interesting, after a moment', () => {
    const live = [card(1, 'discussion'), card(2, 'judgement')];
    expect(featured(live, shown, 11_999, false)).toBe(shown);
    expect(featured(live, shown, 12_000, false)).toEqual({ id: 2, since: 12_000, over: null });
    expect(featured([card(1, 'night'), card(2, 'voting')], shown, 99_000, false)).toBe(shown);
  });

  it('shows an end for a while, then moves on', () => {
    const live = [card(2, 'discussion')];
    const ended = featured(live, shown, 50_000, false);
    expect(ended).toEqual({ ...shown, over: 50_000 });
    expect(featured(live, ended, 57_999, false)).toEqual(ended);
    expect(featured(live, ended, 58_000, false)?.id).toBe(2);
    expect(featured([], ended, 58_000, false)).toBeNull();
  });

  it('never moves while it is held', () => {
    expect(featured([card(1, 'discussion'), card(2, 'judgement')], shown, 99_000, true)).toBe(shown);
    expect(featured([card(2, 'judgement')], { ...shown, over: 1 }, 99_000, true)?.id).toBe(1);
  });

  it('leaves what is paused or waits for people, and takes it again when it goes on', () => {
    expect(featured([card(1, 'voting', { status: 'paused' }), card(2, '', { status: 'open' })], null, 0, false)).toBeNull();
    expect(featured([card(1, 'voting')], { ...shown, over: 5 }, 9, false)).toEqual(shown);
  });
});
