// What a player types, read as actions: the same commands as in the terminal.
import type { Action, VerdictWord } from './frames';

export interface Ability { id: string; slots: number; params: string[] }
export interface Table { names: string[]; abilities: Ability[]; channel: string }

/** The action that a line stands for, or a sentence that says what to type instead. */
export function read(text: string, table: Table): Action | string {
  const line = text.trim();
  if (!line) return 'Type a command, or words to speak.';
  if (!line.startsWith('/')) return { do: 'say', text: line, channel: table.channel };
  const [word = '', ...words] = line.slice(1).split(/\s+/);
  const verb = word.toLowerCase();
  const rest = line.slice(1 + word.length).trim();
  if (['guilty', 'innocent', 'abstain'].includes(verb)) return { do: 'judge', verdict: verb as VerdictWord };
  if (verb === 'help') return known(table);
  switch (verb) {
    case 'pass':
    case 'leave':
      return { do: verb };
    case 'will':
    case 'note':
    case 'jot':
      return { do: verb, text: rest };
    case 'summarise':
      return summarise(words[0] ?? '', rest);
    case 'bid':
      return /^[0-4]$/.test(rest) ? { do: 'bid', level: Number(rest) } : '/bid takes a number from 0 (nothing to say) to 4 (must speak).';
    case 'say':
      return { do: 'say', text: rest, channel: table.channel };
    case 'vote':
      return vote(rest, table);
    case 'w':
    case 'whisper':
      return whisper(words, rest, table);
    default:
      return use(verb, words, table);
  }
}

function summarise(day: string, rest: string): Action | string {
  if (!/^\d+$/.test(day)) return '/summarise takes the number of a day, then words.';
  return { do: 'summarise', day: Number(day), text: rest.slice(day.length).trim() };
}

function vote(rest: string, table: Table): Action | string {
  if (['', 'none', 'nobody', '0'].includes(rest.toLowerCase())) return { do: 'vote', target: null };
  const seat = seatNamed(rest, table.names);
  return typeof seat === 'string' ? seat : { do: 'vote', target: seat };
}

function whisper(words: string[], rest: string, table: Table): Action | string {
  const seat = seatNamed(words[0] ?? '', table.names);
  return typeof seat === 'string' ? seat : { do: 'whisper', to: seat, text: rest.slice((words[0] ?? '').length).trim() };
}

function use(verb: string, words: string[], table: Table): Action | string {
  const ability = table.abilities.find((one) => one.id === verb);
  if (!ability) return `There is no command /${verb}. ${known(table)}`;
  const named = words.filter((word) => word.toLowerCase() !== 'and').map((word) => word.replace(/,$/, ''));
  const seats = named.slice(0, ability.slots).map((word) => seatNamed(word, table.names));
  const flaw = seats.find((seat) => typeof seat === 'string');
  if (typeof flaw === 'string') return flaw;
  const way = named.slice(ability.slots).join(' ');
  const param = ability.params.find((one) => plain(one) === plain(way)) ?? way;
  return { do: 'use', ability: verb, targets: seats as number[], param };
}

function plain(word: string): string {
  return word.toLowerCase().replace(/ /g, '_');
}

function known(table: Table): string {
  const verbs = ['vote', 'guilty', 'innocent', 'abstain', 'whisper', 'will', 'note', 'jot', 'summarise', 'bid', 'pass', 'leave', ...table.abilities.map((one) => one.id)];
  return `You can type words to speak, or ${verbs.map((one) => `/${one}`).join(', ')}.`;
}

/** A seat by number, name, or the beginning of a name that only one has; else a sentence. */
export function seatNamed(word: string, names: string[]): number | string {
  if (/^\d+$/.test(word)) {
    const seat = Number(word);
    return seat >= 1 && seat <= names.length ? seat : `There is no seat ${word}: the table has ${names.length}.`;
  }
  const key = word.toLowerCase();
  const all = names.map((name, i) => [name.toLowerCase(), i + 1] as const);
  const exact = all.filter(([name]) => name === key);
  const found = exact.length ? exact : all.filter(([name]) => key && name.startsWith(key));
  if (found.length === 1) return found[0]![1];
  return `${found.length ? 'Several players are' : 'Nobody is'} called "${word}". Use the seat's number.`;
}
