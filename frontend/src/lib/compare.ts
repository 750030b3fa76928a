// Two matches with the same past, side by side: what they share, and what each became.
import type { Item } from './frames';
import { advance, EMPTY, type Line } from './reduce';

export interface Parting { shared: Line[]; left: Line[]; right: Line[]; where: string }

/** Where the lines of two matches part. Links of lines differ from match to match, their words do not. */
export function parting(left: Item[], right: Item[]): Parting {
  const [one, other] = [advance(EMPTY, left).lines, advance(EMPTY, right).lines];
  let n = 0;
  while (n < one.length && n < other.length && same(one[n]!, other[n]!)) n++;
  return { shared: one.slice(0, n), left: one.slice(n), right: other.slice(n), where: one.slice(0, n).findLast((line) => line.kind === 'heading')?.text ?? '' };
}

function same(one: Line, other: Line): boolean {
  return one.kind === other.kind && one.seat === other.seat && one.text === other.text && one.to === other.to;
}
