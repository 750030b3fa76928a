import { describe, expect, it } from 'vitest';
import { filled } from './look';

describe('what a default filled', () => {
  it.each([
    [[], ''],
    [['vote'], 'A default filled 1 vote of'],
    [['act', 'judge', 'judge', 'vote'], 'A default filled 1 vote, 2 verdicts, 1 night choice of'],
  ] as const)('%j', (kinds, words) => {
    const said = filled(kinds.map((kind) => ({ kind })));
    expect(words ? said.startsWith(words) : said === '').toBe(true);
  });
});
