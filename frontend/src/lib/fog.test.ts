import { describe, expect, it } from 'vitest';
import type { Item } from './frames';
import { either, knows } from './fog';
import { advance, EMPTY } from './reduce';

describe('who knows what', () => {
  it('is told by the item', () => {
    expect([knows('all', 0), knows([2, 3], 3), knows([2, 3], 4), knows([2], 0), knows([], 2), knows(undefined, 9)]).toEqual([true, true, false, false, false, true]);
  });

  it('adds up', () => {
    expect([either([1], [2, 1]), either('all', [1]), either(undefined, [1]), either([1], undefined)]).toEqual([[1, 2], 'all', [1], [1]]);
  });

  const table = { op: 'table', mode: '', ruleset: '', slots: [], names: ['Ada', 'Bob', 'Cid'], commitment: '', clock: '' } as const;
  const after = (...items: Pick<Item, 'ops' | 'seen'>[]) => advance(EMPTY, [{ ops: [table], seen: 'all' as const }, ...items].map((item, i) => ({ at: 0, n: i + 1, ...item })) as Item[]);

  it('of a role: the seat, then its team, then all', () => {
    const dealt = { ops: [{ op: 'seat' as const, seat: 1, set: { role: 'Godfather', how: 'dealt' } }], seen: [1] };
    const met = { ops: [{ op: 'seat' as const, seat: 1, set: { team: true } }], seen: [1, 3] };
    const died = { ops: [{ op: 'seat' as const, seat: 1, set: { alive: false, how: 'graveyard' } }], seen: 'all' as const };
    expect(after(dealt).seats[0]?.knownTo).toEqual([1]);
    expect(after(dealt, met).seats[0]?.knownTo).toEqual([1, 3]);
    expect(after(dealt, met, died).seats[0]?.knownTo).toBe('all');
    const changed = { ops: [{ op: 'seat' as const, seat: 1, set: { role: 'Vampire', how: 'dealt' } }], seen: [1] };
    expect(after(dealt, met, changed).seats[0]?.knownTo).toEqual([1]);
    const cleaned = { ops: [{ op: 'seat' as const, seat: 1, set: { alive: false, causes: [] } }], seen: 'all' as const };
    expect(after(dealt, cleaned).seats[0]?.knownTo).toEqual([1]);
  });

  it('of an unnamed line: the speaker and those who heard it under an alias', () => {
    const own = { ops: [{ op: 'line' as const, id: 'e2', kind: 'chat', seat: 1, text: 'Who are you?', tone: 'plain' as const, channel: 'jail', name: 'Ada', alias: 'Jailor' }], seen: [1] };
    expect(after(own, { ops: [], seen: [2] }).lines.at(-1)?.seen).toEqual([1, 2]);
    expect(after(own).lines.at(-1)?.seen).toEqual([1]);
    expect(after(own, { ops: [], seen: [] }, { ops: [], seen: [3] }).lines.at(-1)?.seen).toEqual([1]);
  });
});
