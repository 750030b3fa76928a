import { describe, expect, it } from 'vitest';
import type { Piece } from './frames';
import { NOTHING, tail, write } from './writing';

const piece = (kind: Piece['kind'], at: number, text = '', rest: Partial<Piece> = {}): Piece => ({ seat: 3, ask: '5:3', kind, at, text, since: 7, ...rest });

describe('what is being written', () => {
  it('grows piece by piece, kind by kind, and leaves what it began with alone', () => {
    const first = write(NOTHING, [piece('start', 0), piece('thought', 0, 'Ada '), piece('thought', 4, 'lies.')]);
    const copy = structuredClone(first);
    const second = write(first, [piece('tool', 9, 'graveyard'), piece('thought', 18, 'So'), piece('speech', 20, 'I vote Ada.')]);
    expect(second.get(3)?.parts).toEqual([
      { kind: 'thought', text: 'Ada lies.' }, { kind: 'tool', text: 'graveyard' }, { kind: 'thought', text: 'So' }, { kind: 'speech', text: 'I vote Ada.' },
    ]);
    expect(first).toEqual(copy);
    expect(NOTHING.size).toBe(0);
  });

  it('marks what was lost and passes over what it has', () => {
    const heard = write(NOTHING, [piece('thought', 0, 'Ada '), piece('thought', 0, 'Ada '), piece('thought', 9, 'dies.')]);
    expect(heard.get(3)?.parts).toEqual([{ kind: 'thought', text: 'Ada … dies.' }]);
  });

  it('begins anew at a start, at another ask, and ends at the end', () => {
    const heard = write(NOTHING, [piece('thought', 0, 'old'), piece('start', 0), piece('thought', 0, 'new'), piece('end', 3)]);
    expect(heard.get(3)).toMatchObject({ parts: [{ kind: 'thought', text: 'new' }], done: true, since: 7 });
    const other = write(heard, [piece('thought', 0, 'next', { ask: '6:3', since: 9 })]);
    expect(other.get(3)).toMatchObject({ ask: '6:3', since: 9, done: false, parts: [{ kind: 'thought', text: 'next' }] });
  });

  it('goes when its ask is closed, and not with an older ask', () => {
    const heard = write(NOTHING, [piece('thought', 0, 'hm')]);
    expect(write(heard, [piece('gone', 0, '', { ask: '4:3' })]).has(3)).toBe(true);
    expect(write(heard, [piece('gone', 0)]).has(3)).toBe(false);
  });

  it('shows its last words in one line', () => {
    const heard = write(NOTHING, [piece('thought', 0, `${'a '.repeat(200)}\nend`)]);
    expect(tail(heard.get(3)!, 8)).toBe('…a a end');
  });
});
