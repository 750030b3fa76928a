import { beforeEach, describe, expect, it, vi } from 'vitest';
import { folded, mutedIn, toggleMute } from './mute';
import type { Line } from './reduce';

const line = (kind: string, name: string, text: string): Line => ({
  n: 1, at: 0, id: 'e1', kind, seat: 2, text, tone: 'plain', channel: 'public', name, alias: '', to: 0, day: 1,
});

describe('muting', () => {
  beforeEach(() => {
    const kept = new Map<string, string>();
    vi.stubGlobal('localStorage', { getItem: (key: string) => kept.get(key) ?? null, setItem: (key: string, value: string) => kept.set(key, value) });
  });

  it('is kept by match and taken back', () => {
    expect(toggleMute(4, 'Eve')).toEqual(['Eve']);
    expect(toggleMute(4, 'Bob')).toEqual(['Eve', 'Bob']);
    expect(mutedIn(5)).toEqual([]);
    expect(toggleMute(4, 'Eve')).toEqual(['Bob']);
    expect(mutedIn(4)).toEqual(['Bob']);
  });

  it('bears a broken store', () => {
    localStorage.setItem('muted:4', '{');
    expect(mutedIn(4)).toEqual([]);
  });

  it('folds what they say, and nothing that the game says of them', () => {
    const lines = [line('chat', 'Eve', 'insult'), line('whisper', 'Eve', 'insult'), line('trial', 'Eve', 'Eve votes Bob.'), line('chat', 'Bob', 'Eve lies'), line('whisper', 'Eve', '')];
    expect(folded(lines, ['Eve']).map((one) => one.text)).toEqual(['(muted)', '(muted)', 'Eve votes Bob.', 'Eve lies', '']);
    expect(folded(lines, [])).toBe(lines);
  });
});
