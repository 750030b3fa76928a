import { describe, expect, it } from 'vitest';
import god from '../fixtures/god.json';
import own from '../fixtures/seat.json';
import type { Item, TrialOp, VerdictWord } from './frames';
import { advance, EMPTY, type Line, type Screen } from './reduce';
import { tension } from './tension';

const seats = ['Ada', 'Bob', 'Cid', 'Dot', 'Eve'].map((name, i) => ({ seat: i + 1, name, alive: i < 4 }));
const at = (phase: string, more: Partial<Screen> = {}): Screen => ({ ...EMPTY, seats, phase: { phase, day: 2 } as Screen['phase'], ...more });
const votes = (against: Record<string, number>): Partial<Screen> => ({ votes: { op: 'votes', votes: [], need: 3, against } });
const trial = (stage: TrialOp['stage'], ballots: [number, VerdictWord, number][] | null = null): Partial<Screen> => ({ trial: { op: 'trial', accused: 1, number: 1, of: 3, stage, ballots, lynched: null } });
const line = (kind: string, seat = 0, tone = 'plain'): Line => ({ kind, seat, tone }) as Line;

describe('what hangs in the air', () => {
  it.each([
    [at('voting', votes({ 1: 1, 2: 2 })), '1 more vote puts Bob on trial.'],
    [at('voting', votes({ 1: 1 })), '2 more votes put Ada on trial.'],
    [at('voting', votes({ 1: 1, 3: 1 })), '2 more votes put Ada or Cid on trial.'],
    [at('voting', votes({ 1: 1, 2: 1, 3: 1, 4: 1 })), '2 more votes put any of 4 players on trial.'],
    [at('voting', votes({})), 'Nobody has a vote against them; 3 put somebody on trial.'],
    [at('defense', trial('defense')), 'What Ada says now decides over life and death.'],
    [at('judgement', trial('judgement')), 'Ada dies if more say guilty than innocent.'],
    [at('judgement', trial('judgement', [])), 'Ada dies if 1 more say guilty.'],
    [at('judgement', trial('judgement', [[2, 'innocent', 1]])), 'Ada dies if 2 more say guilty.'],
    [at('judgement', trial('judgement', [[2, 'guilty', 1]])), 'Ada dies unless 1 more say innocent.'],
    [at('judgement', trial('judgement', [[2, 'guilty', 1], [3, 'guilty', 1]])), 'Ada dies: those who have not voted cannot change it.'],
    [at('judgement', trial('judgement', [[2, 'innocent', 3]])), 'Ada lives: those who have not voted cannot change it.'],
    [at('last_words', trial('last_words')), 'Ada dies, whatever is said now.'],
    [at('discussion', { lines: [line('death', 4), line('heading', 0, 'grave'), line('death', 2), line('death', 3), line('heading')] }), 'Bob and Cid died last night.'],
    [at('discussion', { lines: [line('heading', 0, 'grave'), line('heading')] }), 'Nobody died last night.'],
    [at('discussion'), ''],
    [at('night'), ''],
    [EMPTY, ''],
  ])('%#', (screen, wanted) => expect(tension(screen)).toBe(wanted));

  it('is silent at the end, and speaks in a real match', () => {
    const items = god as unknown as Item[];
    expect(tension(advance(EMPTY, own as unknown as Item[]))).toBe('');
    const said = items.map((_, n) => tension(advance(EMPTY, items.slice(0, n))));
    expect(said.some((text) => text.includes('on trial'))).toBe(true);
    expect(said.some((text) => text.includes('last night'))).toBe(true);
  });
});
