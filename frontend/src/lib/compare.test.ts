import { describe, expect, it } from 'vitest';
import god from '../fixtures/god.json';
import { parting } from './compare';
import type { Item } from './frames';

const all = god as unknown as Item[];

describe('two matches side by side', () => {
  it('part nowhere when they are the same', () => {
    const found = parting(all, all);
    expect([found.left, found.right]).toEqual([[], []]);
    expect(found.shared.length).toBeGreaterThan(50);
  });

  it('part at the first line that differs', () => {
    const at = all.findIndex((item) => item.n > 100 && item.ops.some((op) => op.op === 'line' && op.kind === 'chat'));
    const other = structuredClone(all.slice(0, at + 1));
    for (const op of other[at]!.ops) if (op.op === 'line') op.text = 'Something else.';
    const found = parting(all, other);
    expect(found.right.map((line) => line.text)).toEqual(['Something else.']);
    expect(found.left[0]?.n).toBe(all[at]!.n);
    expect(found.where).toMatch(/^(Day|Night)/);
  });

  it('share nothing when one has not begun', () => expect(parting(all, []).shared).toEqual([]));
});
