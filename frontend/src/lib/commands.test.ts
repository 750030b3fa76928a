import { describe, expect, it } from 'vitest';
import { read } from './commands';

const table = { names: ['Ada', 'Ben', 'Bea'], abilities: [{ id: 'transport', slots: 2, params: [] }, { id: 'alert', slots: 0, params: [] }, { id: 'forge', slots: 1, params: ['Jester', 'Coven Leader'] }], channel: 'mafia' };

describe('what a player types', () => {
  it.each([
    ['hello', { do: 'say', text: 'hello', channel: 'mafia' }],
    ['/say hello', { do: 'say', text: 'hello', channel: 'mafia' }],
    ['/vote 2', { do: 'vote', target: 2 }],
    ['/vote ada', { do: 'vote', target: 1 }],
    ['/vote none', { do: 'vote', target: null }],
    ['/GUILTY', { do: 'judge', verdict: 'guilty' }],
    ['/w ben trust me', { do: 'whisper', to: 2, text: 'trust me' }],
    ['/transport 1 and bea', { do: 'use', ability: 'transport', targets: [1, 3], param: '' }],
    ['/alert', { do: 'use', ability: 'alert', targets: [], param: '' }],
    ['/forge ben coven leader', { do: 'use', ability: 'forge', targets: [2], param: 'Coven Leader' }],
    ['/will I was Ada', { do: 'will', text: 'I was Ada' }],
    ['/bid 3', { do: 'bid', level: 3 }],
    ['/summarise 2 Ben lied', { do: 'summarise', day: 2, text: 'Ben lied' }],
    ['/pass', { do: 'pass' }],
  ])('%s', (line, action) => {
    expect(read(line, table)).toEqual(action);
  });

  it.each([
    ['', 'Type a command, or words to speak.'],
    ['/vote 9', 'There is no seat 9: the table has 3.'],
    ['/vote be', 'Several players are called "be". Use the seat\'s number.'],
    ['/bid 9', '/bid takes a number from 0 (nothing to say) to 4 (must speak).'],
    ['/summarise Ben lied', '/summarise takes the number of a day, then words.'],
    ['/vote zed', 'Nobody is called "zed". Use the seat\'s number.'],
  ])('%s is answered with a sentence', (line, sentence) => {
    expect(read(line, table)).toBe(sentence);
  });

  it('names the commands when one is unknown, and on /help', () => {
    expect(read('/dance', table)).toContain('There is no command /dance. You can type words to speak, or /vote');
    expect(read('/help', table)).toContain('/transport');
  });
});
