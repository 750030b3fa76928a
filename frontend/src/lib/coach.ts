// Advice for a first match: what the present question means, and what one with this role does well to do.
import type { Me } from './reduce';

export interface Advice { title: string; text: string }

const GOALS: Record<string, string> = {
  Town: 'Nobody knows who you are, and you do not know who is evil. Share what you find out when it helps, and watch who lies.',
  Mafia: 'You know your team, the town does not. Pretend to be of the town: claim a harmless role and keep to it.',
  Coven: 'You know your coven, the town does not. Pretend to be of the town, and keep your story straight.',
  Neutral: 'You play for yourself. Read your goal on the right: it says what you need the others to do.',
  Vampire: 'You win when your kind has the majority. Until then you are one of the town, as far as they know.',
};

const ASKED: Record<string, Advice> = {
  speak: { title: 'The town talks', text: 'Say something short: a greeting, a question, whom you suspect and why. Press Pass when you have nothing to say.' },
  vote: { title: 'Who should stand trial?', text: 'Click a player to vote for putting them on trial. The number on a card is how many do. You may change your vote, take it back, or pass.' },
  defend: { title: 'You are accused', text: 'Say who you are and what you did each night, so that others can check it. After this the town votes on your life.' },
  judge: { title: 'Guilty or innocent?', text: 'More guilty than innocent voices hang the accused. What they were comes out afterwards. Abstain when you cannot tell.' },
  last_words: { title: 'Your last words', text: 'Whatever the town should know, say it now.' },
  confer: { title: 'A talk in the dark', text: 'Only those named beside the field hear you now. Agree on what to do tonight.' },
  act: { title: 'Your night', text: 'Choose your ability, then a player on the table, then confirm. You may change your mind until the night ends.' },
};

/** What to tell a newcomer who is asked this (null: nothing) in this phase, with what they know of themselves. */
export function advice(kind: string | null, phase: string, me: Me, alive: boolean): Advice {
  if (!alive) return { title: 'You are dead', text: 'You still win if your side wins. Follow the match, or talk to the other dead at night.' };
  if (kind === 'speak' && phase === 'day_one') return { title: `You are the ${me.role ?? 'newcomer'}`, text: `${GOALS[me.faction ?? ''] ?? ''} Today nobody can be accused yet: say hello.` };
  const asked = kind ? ASKED[kind] : undefined;
  if (asked) return kind === 'act' && me.faction === 'Town' ? { ...asked, text: `${asked.text} In the morning, write what you learnt into your will: it is read when you die.` } : asked;
  if (phase === 'night') return { title: 'The night', text: 'You have nothing to do tonight. Write your will on the right: it is read when you die.' };
  return { title: 'Listen and watch', text: 'A click on a player shows what is known of them; "/whisper Name words" speaks to one alone.' };
}
