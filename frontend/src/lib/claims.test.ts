import { describe, expect, it } from 'vitest';
import god from '../fixtures/god.json';
import own from '../fixtures/seat.json';
import { claimed, unmasked } from './claims';
import type { Item } from './frames';
import { advance, EMPTY, type Line } from './reduce';

const ROLES = ['Sheriff', 'Doctor', 'Spy', 'Vampire', 'Vampire Hunter', 'Godfather', 'Serial Killer', 'Jester'];

describe('a claim', () => {
  it.each([
    ['I am the Sheriff.', 'Sheriff'],
    ["Fine: I'm the Doctor, for what it's worth.", 'Doctor'],
    ['I’m a vampire hunter', 'Vampire Hunter'],
    ["Since everybody keeps asking, I'm the Spy, surprise!", 'Spy'],
    ['My role is Serial Killer!', 'Serial Killer'],
    ['Sheriff here. Bob is suspicious.', 'Sheriff'],
    ["I don't know about you. I am the Doctor", 'Doctor'],
    ['Am I the Jester? No. I am the Spy.', 'Spy'],
    ['I am the Sheriffs friend', ''],
    ["I am the Doctor's patient", ''],
    ['I am not the Godfather.', ''],
    ['You think I am the Godfather.', ''],
    ["I'll say I'm the Sheriff.", ''],
    ['If I am the Jester, hang me.', ''],
    ['So I am the Godfather?', ''],
    ['The Sheriff is here. Look for the Doctor.', ''],
    ['I am voting Spy', ''],
    ['', ''],
  ])('%s', (text, role) => expect(claimed(text, ROLES)).toBe(role));
});

describe('a lie', () => {
  const line = (text: string, role?: string, channel = 'public'): Line => ({ text, channel, ...(role ? { role } : {}) }) as Line;
  it('is seen where the speaker’s role is known, and only there', () => {
    expect(unmasked(line('I am the Sheriff.', 'Godfather'), ROLES)).toBe('Godfather');
    expect(unmasked(line('I am the Sheriff.', 'Sheriff'), ROLES)).toBe('');
    expect(unmasked(line('I am the Sheriff.'), ROLES)).toBe('');
  });

  it('is none among those who plan it', () => expect(unmasked(line('I am the Sheriff.', 'Godfather', 'mafia'), ROLES)).toBe(''));

  const speak = (seat: number): Item => ({ n: 9999, at: 0, ops: [{ op: 'line', id: 'e9999', kind: 'chat', seat, text: 'I am the Spy.', tone: 'plain', channel: 'public', name: '' }] });
  it('is told by the role that the speaker has at that moment, as far as the viewpoint knows it', () => {
    const all = advance(EMPTY, [...(god as unknown as Item[]).slice(0, 30), speak(1)]);
    expect(unmasked(all.lines.at(-1)!, ROLES)).toBe(all.seats[0]?.role);
    const first = (own as unknown as Item[]).slice(0, 12);
    const unknown = advance(EMPTY, first).seats.find((seat) => !seat.role)!.seat;
    const before = advance(EMPTY, [...first, speak(unknown)]);
    expect(unmasked(before.lines.at(-1)!, ROLES)).toBe('');
    const told = advance(before, [{ n: 10000, at: 0, ops: [{ op: 'seat', seat: unknown, set: { role: 'Godfather', how: 'revealed' } }] }]);
    expect(unmasked(told.lines.at(-1)!, ROLES)).toBe('');
  });
});
