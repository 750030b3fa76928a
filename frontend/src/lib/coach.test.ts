import { describe, expect, it } from 'vitest';
import { advice } from './coach';
import { EMPTY } from './reduce';

const me = { ...EMPTY.me, role: 'Sheriff', faction: 'Town' };

describe('a newcomer is told', () => {
  it.each([
    ['who they are, on the first day', 'speak', 'day_one', true, 'You are the Sheriff'],
    ['how to talk', 'speak', 'discussion', true, 'The town talks'],
    ['how to vote', 'vote', 'voting', true, 'Who should stand trial?'],
    ['how to use the night', 'act', 'night', true, 'Your night'],
    ['that there is nothing to do at night', null, 'night', true, 'The night'],
    ['that nothing is asked by day', null, 'judgement', true, 'Listen and watch'],
    ['that the dead may still win', null, 'voting', false, 'You are dead'],
  ])('%s', (_, kind, phase, alive, title) => {
    expect(advice(kind, phase, me, alive).title).toBe(title);
  });

  it('to write a will, when of the town', () => {
    expect(advice('act', 'night', me, true).text).toContain('will');
    expect(advice('act', 'night', { ...me, faction: 'Mafia' }, true).text).not.toContain('will');
  });
});
