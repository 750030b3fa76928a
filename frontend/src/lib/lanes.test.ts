import { expect, test } from 'vitest';
import type { Lane } from './frames';
import { old, queue, seconds, share, speed, standing } from './lanes';

const lane = (change: Partial<Lane> = {}): Lane => ({
  name: 'cpu', kind: 'own', state: 'ready', wanted: 'on', stale: false, base: 'base', models: ['smol'], adapters: [], group: '', seats: 0, limit: 16,
  tokens_per_second: 53.25, running: 3, waiting: 1, cache_hit_share: 0.834, kv_usage: 0.1, restarts: 0, failed: false, error: null, url: null,
  devices: '', seen: 100_000, figures_at: 100_000, since: 1, ...change,
});

test('a lane of which nobody gives a sign does not look like one that is down', () => {
  const stale = standing(lane({ stale: true }), 160_000);
  const down = standing(lane({ state: 'down' }), 160_000);
  expect(stale.word).toBe('no sign of life');
  expect(stale.sentence).toBe('Was ready 1 min ago; whoever watched it is silent.');
  expect([down.word, down.tone]).toEqual(['down', 'bad']);
  expect([stale.tone, stale.glyph]).not.toEqual([down.tone, down.glyph]);
  expect(standing(lane({ stale: true, seen: null }), 0).sentence).toBe('Was ready; nobody watches it.');
});

test.each(['ready', 'starting', 'draining', 'asleep', 'down', 'broken', 'off'])('the state %s has a glyph and a sentence of its own', (state) => {
  const found = standing(lane({ state, group: 'gpu' }), 0);
  expect(found.word).toBe(state);
  expect(found.sentence).toMatch(/\.$/);
});

test('figures grow old', () => {
  expect(old(lane(), 110_000)).toBe(false);
  expect(old(lane(), 116_000)).toBe(true);
  expect(old(lane({ figures_at: null }), 0)).toBe(true);
});

test('numbers are said shortly, and missing ones are no zeros', () => {
  expect([speed(53.25), speed(541.7), speed(null), speed(0)]).toEqual(['53.3', '542', '–', '0.0']);
  expect([share(0.834), share(null), share(0)]).toEqual(['83 %', '–', '0 %']);
  expect([queue(lane()), queue(lane({ running: null })), queue(lane({ waiting: null }))]).toEqual(['3 + 1', '–', '3 + 0']);
  expect([seconds(900), seconds(61_000), seconds(7_200_000), seconds(200_000_000)]).toEqual(['1 s', '1 min', '2 h', '2 days']);
});
