// What hangs in the air, in a sentence: only what the screen that is looked at knows.
import type { Screen } from './reduce';

/** Why this moment is tense; empty when nothing in particular is. */
export function tension(screen: Screen): string {
  if (screen.over || !screen.phase) return '';
  if (screen.trial && screen.trial.stage !== 'closed') return court(screen);
  if (screen.phase.phase === 'voting') return ballot(screen);
  return screen.phase.phase === 'discussion' ? dawn(screen) : '';
}

const name = (screen: Screen, seat: number): string => screen.seats[seat - 1]?.name ?? '';
const listed = (names: string[], word: string): string => (names.length > 1 ? `${names.slice(0, -1).join(', ')} ${word} ${names.at(-1)}` : (names[0] ?? ''));
const votes = (count: number): string => `${count} more ${count === 1 ? 'vote' : 'votes'}`;

function ballot(screen: Screen): string {
  const against = Object.entries(screen.votes?.against ?? {}).sort(([, a], [, b]) => b - a);
  const first = against[0];
  if (!first) return screen.votes ? `Nobody has a vote against them; ${screen.votes.need} put somebody on trial.` : '';
  const left = (screen.votes?.need ?? 0) - first[1];
  if (left <= 0) return '';
  const tied = against.filter(([, weight]) => weight === first[1]).map(([seat]) => name(screen, Number(seat)));
  const whom = tied.length > 3 ? `any of ${tied.length} players` : listed(tied, 'or');
  return `${votes(left)} ${left === 1 ? 'puts' : 'put'} ${whom} on trial.`;
}

function court(screen: Screen): string {
  const { accused, stage, ballots } = screen.trial!;
  const who = name(screen, accused);
  if (stage === 'last_words') return `${who} dies, whatever is said now.`;
  if (stage === 'defense') return `What ${who} says now decides over life and death.`;
  if (!ballots) return `${who} dies if more say guilty than innocent.`;
  const weight = (verdict: string): number => ballots.filter((one) => one[1] === verdict).reduce((sum, one) => sum + one[2], 0);
  const given = new Set(ballots.map(([seat]) => seat));
  const left = screen.seats.filter((seat) => seat.alive && seat.seat !== accused && !given.has(seat.seat)).reduce((sum, seat) => sum + (seat.weight ?? 1), 0);
  const lead = weight('guilty') - weight('innocent');
  if (lead > left) return `${who} dies: those who have not voted cannot change it.`;
  if (lead + left <= 0) return `${who} lives: those who have not voted cannot change it.`;
  return lead > 0 ? `${who} dies unless ${lead} more say innocent.` : `${who} dies if ${1 - lead} more say guilty.`;
}

function dawn(screen: Screen): string {
  const dusk = screen.lines.findLastIndex((line) => line.kind === 'heading' && line.tone === 'grave');
  if (dusk < 0) return '';
  const dead = screen.lines.slice(dusk).filter((line) => line.kind === 'death').map((line) => name(screen, line.seat));
  if (!dead.length) return 'Nobody died last night.';
  return `${listed(dead, 'and')} died last night.`;
}
