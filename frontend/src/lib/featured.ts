// Which match the home page shows large: the one in which most happens, with some loyalty to the one that is shown.
import type { MatchCard } from './frames';

/** The match that is shown since `since`; `over` is when it was seen to have ended. Times in ms. */
export interface Choice { id: number; since: number; over: number | null }

/** How much a phase has to show: a trial before a vote, a vote before talk. */
const STEPS: Record<string, number> = { last_words: 6, judgement: 6, defense: 6, voting: 3, night: 2, discussion: 1, day_one: 1 };
/** How long a match is shown at least, and how long its end. */
const HOLD = 12_000;
const LINGER = 8_000;
/** By how much another match must be more interesting. */
const CLEARLY = 2;

/** How much there is to see in a match now: a trial, then a night that killed, then a vote, then talk. */
export function interest(card: MatchCard): number {
  const fallen = card.fallen ? 4 : 0;
  const few = card.step && card.living.length <= card.seats.length / 3 ? 1 : 0;
  return Math.max(STEPS[card.step] ?? 0, fallen) + few;
}

/** The match to show after `before`. While it is `held` nothing moves, not even when it has ended. */
export function featured(live: MatchCard[], before: Choice | null, now: number, held: boolean): Choice | null {
  const playing = live.filter((card) => card.status === 'running' || card.status === 'queued');
  const best = [...playing].sort((a, b) => interest(b) - interest(a) || b.watching - a.watching || b.id - a.id)[0];
  const shown = playing.find((card) => card.id === before?.id);
  if (before && !shown) {
    const over = before.over ?? now;
    if (held || now - over < LINGER) return before.over === null ? { ...before, over } : before;
  } else if (before && shown) {
    const better = best && now - before.since >= HOLD && interest(best) - interest(shown) >= CLEARLY;
    if (held || !better) return before.over === null ? before : { ...before, over: null };
  }
  return best ? { id: best.id, since: now, over: null } : null;
}
