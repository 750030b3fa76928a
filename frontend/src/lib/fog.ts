// Who knows what: in the all-knowing view every item says who at the table sees it.
import type { Seen } from './frames';

/** Whether a seat sees something; seat 0 is the public. What does not say who sees it is known to whoever looks. */
export function knows(seen: Seen | undefined, seat: number): boolean {
  return seen === undefined || seen === 'all' || seen.includes(seat);
}

/** Those who see one or the other. */
export function either(one: Seen | undefined, other: Seen | undefined): Seen | undefined {
  if (one === undefined || other === undefined) return one ?? other;
  return one === 'all' || other === 'all' ? 'all' : [...new Set([...one, ...other])];
}
