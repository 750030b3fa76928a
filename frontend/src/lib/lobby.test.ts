import { describe, expect, it } from 'vitest';
import { changed, cost, seated } from './lobby';

describe('a lobby in a form', () => {
  it('keeps what differs from the defaults alone', () => {
    const spec = { title: 'Mine', pace: 2 };
    expect(changed(spec, 'title', '')).toEqual({ pace: 2 });
    expect(changed(spec, 'people', 3)).toEqual({ title: 'Mine', pace: 2, people: 3 });
    expect(spec).toEqual({ title: 'Mine', pace: 2 });
  });

  it('names the agents up to the last one that is changed', () => {
    expect(seated([{ id: 'Zoe' }], 2, { model: 'small' })).toEqual([{ id: 'Zoe' }, {}, { model: 'small' }]);
    expect(seated([{ id: 'Zoe' }], 0, { model: 'small' })).toEqual([{ id: 'Zoe', model: 'small' }]);
  });

  it.each([
    [null, ''],
    [{ models: 0, calls: 0, tokens: 0, minutes: 0, measured: false }, 'No model plays: nothing to wait for and nothing to pay.'],
    [{ models: 1, calls: 23, tokens: 36_800, minutes: 0.8, measured: false }, '1 model: about 23 calls, 37 thousand tokens and 1 minutes (a guess: these models have not played yet).'],
    [{ models: 15, calls: 345, tokens: 1_520_000, minutes: 8.6, measured: true }, '15 models: about 345 calls, 1.5 million tokens and 9 minutes (as such matches took before).'],
  ])('costs %j', (estimate, sentence) => expect(cost(estimate)).toBe(sentence));
});
