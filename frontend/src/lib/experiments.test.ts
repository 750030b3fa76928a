import { expect, test } from 'vitest';
import { counted, early, farness, rated, rowsOf, said, scaleOf, size, tied, weight } from './experiments';
import type { Estimand } from './frames';

const one: Estimand = {
  name: 'P1', says: 'what it does for evil', what: 'evil_won: EM − AA', arms: ['EM', 'AA'], primary: true, scale: 100, value: 0.042, low: -0.011, high: 0.094,
  n: 320, p: null, adjusted: null, e: 1.2, pairs: null, discordant: 0.4, finding: null, reason: '',
};

test('an estimand says its value, interval and blocks, or why it has none', () => {
  expect(said(one)).toBe('+4.2 points [−1.1, +9.4], 320 blocks');
  expect(said({ ...one, value: null, reason: 'no block has both arms' })).toBe('no block has both arms');
  expect(said({ ...one, scale: 1, n: 1 })).toBe('+0.04 [−0.01, +0.09], 1 block');
});

test.each([
  [0.05, '0.05'], [1.4, '1.40'], [1, '1'], [40, '40'], [1250.4, '1,250'], [1e-5, '10⁻⁵'], [425_328_136_875_150e18, '4.3 × 10³²'],
])('an e-value of %s has few digits', (e, words) => expect(weight(e)).toBe(words));

test('few blocks warn of themselves', () => {
  expect(early(one)).toBe('');
  expect(early({ ...one, low: -0.4, high: 0.4, n: 4 })).toBe('4 blocks: the interval is ±40 points');
});

test('what has no value has no row', () => expect(rowsOf([one, { ...one, name: 'P2', value: null }]).map((row) => [row.key, row.value.toFixed(1)])).toEqual([['P1', '4.2']]));

test('a scale has its middle, all rows and round steps', () => {
  expect(scaleOf([{ low: -1.1, high: 9.4 }], 0)).toEqual({ from: -10, to: 10, ticks: [-10, -5, 0, 5, 10] });
  expect(scaleOf([{ low: 1455, high: 1585 }], 1500).ticks).toEqual([1400, 1450, 1500, 1550, 1600]);
});

test('neighbours whose intervals overlap are one group', () => {
  expect(tied([{ low: 60, high: 80 }, { low: 50, high: 65 }, { low: 20, high: 40 }])).toEqual([0, 0, 1]);
});

test('counts have their singular', () => expect([counted(1, 'matches'), counted(1, 'blocks'), counted(1200, 'matches')]).toEqual(['1 match', '1 block', '1,200 matches']));

test('how far it is reads as a sentence', () => {
  const progress = { total: 400, done: 200, failed: 3, running: 8, waiting: 192, per_hour: 5400, seconds_left: 130, last: 0 };
  expect(farness(progress, 'running')).toBe('200 of 400 matches · 3 failed · 8 being played · 5,400 an hour · about 2 min left');
  expect(farness(progress, 'finished')).toBe('200 of 400 matches · 3 failed');
});

test('rates and sizes are short', () => {
  expect(rated({ value: 0.5, low: 0.41, high: 0.59, n: 80 })).toBe('50 % [41 %, 59 %]');
  expect([rated(null), size(900), size(20480), size(3_400_000)]).toEqual(['–', '900 B', '20 kB', '3.2 MB']);
});
