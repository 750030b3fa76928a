import { expect, test } from 'vitest';
import { CODES, codeOf, counted, queryOf, replay, turned, wishOf, words } from './logs';

test('the address is the search, and a slice keeps no way of looking', () => {
  const wish = wishOf(new URLSearchParams('q=sheriff&truth=lie&match=3&blind=true&other=1&role='));
  expect(wish).toEqual({ q: 'sheriff', truth: 'lie', match: '3', blind: 'true' });
  expect(queryOf(wish)).toEqual({ q: 'sheriff', truth: 'lie', match: 3 });
});

test('filters read as words', () => {
  expect(['q', 'label', 'truth', 'disputed', 'match'].map((name) => words(name, { q: 'a b', label: 'false_role_claim', truth: 'open', disputed: 'yes', match: '7' }[name]!))).toEqual([
    '“a b”', 'label: false role claim', 'truth of what is stated: cannot be known', 'labels disagree', 'match 7',
  ]);
});

test('a count that stopped says so', () => expect([counted(1234, false), counted(10000, true)]).toEqual(['1,234', '10,000+']));

test('every behaviour has a key of its own', () => {
  expect(new Set(CODES.map(([key]) => key)).size).toBe(16);
  expect([codeOf('1'), codeOf('y'), codeOf('z')]).toEqual(['false_role_claim', 'incoherent', '']);
});

test('a key pressed again takes back what it said', () => {
  const label = { code: 'framing', mine: true, present: true };
  expect([turned([], 'framing'), turned([label], 'framing'), turned([{ ...label, mine: false }], 'framing')]).toEqual([true, false, true]);
});

test('a hit leads to its moment', () => expect(replay(4, 17)).toBe('/m/4?as=god&at=17#e17'));
