// The finished matches that the address asks for: what of it is a filter, how it reads, and what was shown last.
import { initial, listMatches } from './api';
import type { MatchList } from './frames';

export const PAGE = 24;
const MOST = 200;
export const FILTERS = ['q', 'winner', 'mode', 'agent', 'who', 'practice'] as const;
export type Filter = (typeof FILTERS)[number];

/** What the address asks for, in the words of the API. */
export function wishOf(query: URLSearchParams): Record<string, string> {
  const wish = [...FILTERS, 'sort'].flatMap((name) => (query.get(name) ? [[name, query.get(name)!]] : []));
  return Object.fromEntries(wish) as Record<string, string>;
}

/** How many matches the address asks for. */
export function shownOf(query: URLSearchParams): number {
  return Math.min(MOST, Math.max(PAGE, Number(query.get('shown')) || PAGE));
}

const WORDS: Record<Filter, (value: string) => string> = {
  q: (value) => `with “${value}” in the title or among the players`,
  winner: (value) => (value === 'draw' ? 'that ended in a draw' : `that ${value} won`),
  mode: (value) => `in ${value}`,
  agent: (value) => `with ${value} at the table`,
  who: (value) => (value === 'people' ? 'with people' : 'of agents alone'),
  practice: () => 'practice too',
};

/** A filter in words. */
export function words(name: string, value: string): string {
  return WORDS[name as Filter]?.(value) ?? value;
}

/** The filters as a sentence; empty when there are none. */
export function sentence(wish: Record<string, string>): string {
  const parts = FILTERS.filter((name) => wish[name]).map((name) => words(name, wish[name]!));
  return parts.length ? `Matches ${parts.join(', ')}.` : '';
}

const kept = new Map<string, MatchList>();
if (initial?.ended) kept.set(location.search, initial.ended);

/** What was shown last at the present address, so that a return finds it at once. */
export const recall = (): MatchList | null => kept.get(location.search) ?? null;

/** Keep what is shown at the present address. */
export function keep(list: MatchList): void {
  kept.clear();
  kept.set(location.search, list);
}

/** The first `count` matches that fit, with the choices that are left. */
export const firstOf = (wish: Record<string, string>, count: number): Promise<MatchList> =>
  listMatches({ ...wish, status: 'over', facets: 'true', limit: String(count) });

/** The page behind another. */
export async function moreOf(wish: Record<string, string>, list: MatchList): Promise<MatchList> {
  const page = await listMatches({ ...wish, status: 'over', before: String(list.next), limit: String(PAGE) });
  return { ...list, next: page.next, matches: [...list.matches, ...page.matches] };
}
