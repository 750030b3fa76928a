// Vote arcs: where players stand on the page, and the curve from one to another.

/** A card on the page, in pixels within its list. */
export interface Place { x: number; y: number; width: number; height: number }

/** How far within its card an arc ends. */
const INSET = 14;

export function places(cards: Pick<HTMLElement, 'offsetLeft' | 'offsetTop' | 'offsetWidth' | 'offsetHeight'>[]): Place[] {
  return cards.map((card) => ({ x: card.offsetLeft, y: card.offsetTop, width: card.offsetWidth, height: card.offsetHeight }));
}

/** From the rim of one card to the rim of another, bent so that the words in between stay readable. Never beyond a card. */
export function arc(from: Place, to: Place): string {
  const right = (place: Place): number => place.x + place.width - INSET;
  const middle = (place: Place): number => place.y + place.height / 2;
  const sameColumn = Math.abs(from.x - to.x) < 1;
  const [x1, y1] = [sameColumn || from.x < to.x ? right(from) : from.x + INSET, middle(from)];
  const [x2, y2] = [sameColumn || from.x > to.x ? right(to) : to.x + INSET, middle(to)];
  const bend = Math.min(26, 10 + Math.abs(y2 - y1) / 14);
  const across = (x1 + x2) / 2;
  return sameColumn ? `M${x1} ${y1} Q${x1 + bend} ${(y1 + y2) / 2} ${x2} ${y2}` : `M${x1} ${y1} C${across} ${y1} ${across} ${y2} ${x2} ${y2}`;
}
