// One night as arrows between seats, from the facts that the all-knowing view has of it.
import type { NightOp } from './frames';

export interface Night { day: number; facts: NightOp[] }
/** `fact` is the place of the fact that the arrow shows; one of a seat to itself is a ring. */
export interface Arrow { from: number; to: number; kind: ArrowKind; fact: number }
export type ArrowKind = 'deed' | 'swap' | 'stopped' | 'killed' | 'survived';

/** Outcomes of a deed that was done as it was chosen. */
const DONE = new Set(['done', 'ordered', '']);

/** What somebody did to somebody: deeds as they were chosen in the end, and every blow. */
export function arrows(facts: NightOp[]): Arrow[] {
  return facts.flatMap((fact, place) => {
    const kind = kindOf(fact);
    if (!kind || !fact.by) return [];
    const [one, other] = fact.seats;
    if (fact.what === 'transport' && kind === 'deed' && one && other) return [{ from: one, to: other, kind: 'swap', fact: place }];
    const targets = fact.seats.length ? fact.seats : [fact.by];
    return targets.map((to) => ({ from: fact.by, to, kind, fact: place }));
  });
}

function kindOf(fact: NightOp): ArrowKind | null {
  if (fact.step === 'act') return DONE.has(fact.value) ? 'deed' : 'stopped';
  if (fact.step === 'kill' && fact.what === 'killed') return 'killed';
  if (fact.step === 'kill' && fact.what === 'failed to kill') return 'survived';
  return null;
}

/** The place of each seat on a circle around (0, 0), the first one at the top. */
export function places(count: number, radius: number): { x: number; y: number }[] {
  return Array.from({ length: count }, (_, i) => {
    const angle = (2 * Math.PI * i) / count - Math.PI / 2;
    return { x: radius * Math.cos(angle), y: radius * Math.sin(angle) };
  });
}

/** An arrow's path from the rim of one dot to the rim of another, bent so that two that cross can be told apart. */
export function path(from: { x: number; y: number }, to: { x: number; y: number }, dot: number, bend: number): string {
  const [dx, dy] = [to.x - from.x, to.y - from.y];
  const length = Math.hypot(dx, dy);
  if (!length) return `M${from.x - dot} ${from.y} a${dot * 1.6} ${dot * 1.6} 0 1 1 ${2 * dot} 0`;
  const [ux, uy] = [dx / length, dy / length];
  const middle = { x: (from.x + to.x) / 2 - uy * bend, y: (from.y + to.y) / 2 + ux * bend };
  const round = (value: number): number => Math.round(value * 10) / 10;
  return `M${round(from.x + ux * dot)} ${round(from.y + uy * dot)} Q${round(middle.x)} ${round(middle.y)} ${round(to.x - ux * (dot + 4))} ${round(to.y - uy * (dot + 4))}`;
}
