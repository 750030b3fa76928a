// The picture of a match at one moment, made from items by a reducer that knows no rules.
import { either } from './fog';
import type { Chosen, Item, LineOp, MePatch, NightOp, Op, OverOp, PhaseOp, Report, SeatOp, SeatPatch, Seen, TableOp, ThoughtOp, TrialOp, VerdictWord, VotesOp } from './frames';
import type { Night } from './night';

/** `knownTo` says who at the table knows the role; the all-knowing view alone is told. */
export interface SeatView extends SeatPatch { seat: number; name: string; alive: boolean; knownTo?: Seen }
/** `role` is what the speaker was at that moment, where the viewpoint knew it for certain; `seen` as of its item. */
export interface Line {
  n: number; at: number; id: string; kind: string; seat: number; text: string; tone: string; channel: string; name: string; alias: string; to: number;
  day: number; report?: Report | null; role?: string; seen?: Seen;
}
export interface Me extends MePatch { choice: Chosen | null; ballot: VerdictWord | null }
export interface Mark { n: number; kind: 'phase' | 'death' | 'trial' | 'swing' | 'end' | 'claim' | 'lie' | 'label'; title: string; phase: string; day: number }
export interface Screen {
  n: number; at: number; table: TableOp | null; phase: PhaseOp | null; phaseAt: number; seats: SeatView[]; lines: Line[]; votes: VotesOp | null; leader: number;
  trial: TrialOp | null; me: Me; over: OverOp | null; marks: Mark[]; nights: Night[];
}

export const EMPTY: Screen = {
  n: 0, at: 0, table: null, phase: null, phaseAt: 0, seats: [], lines: [], votes: null, leader: 0, trial: null, me: { choice: null, ballot: null }, over: null, marks: [], nights: [],
};

/** The screen after more items. The one that it began with stays as it was. */
export function advance(screen: Screen, items: Item[]): Screen {
  if (!items.length) return screen;
  const next: Screen = { ...screen, seats: [...screen.seats], lines: [...screen.lines], marks: [...screen.marks], me: { ...screen.me } };
  for (const item of items) {
    next.n = item.n;
    next.at = item.at;
    for (const op of item.ops) apply(next, op, item);
    if (!item.ops.length) overheard(next, item);
  }
  return next;
}

/** The screen at item `n` (0 is before the first), from snapshots taken at every `STEP` items. */
export class Timeline {
  static STEP = 100;
  items: Item[] = [];
  private snapshots: Screen[] = [EMPTY];

  add(items: Item[]): void {
    this.items.push(...items);
  }

  clear(): void {
    this.items = [];
    this.snapshots = [EMPTY];
  }

  at(n: number): Screen {
    const target = Math.min(Math.max(0, n), this.items.length);
    const full = Math.floor(target / Timeline.STEP);
    for (let i = this.snapshots.length; i <= full; i++) {
      const from = (i - 1) * Timeline.STEP;
      this.snapshots[i] = advance(this.snapshots[i - 1]!, this.items.slice(from, from + Timeline.STEP));
    }
    return advance(this.snapshots[full]!, this.items.slice(full * Timeline.STEP, target));
  }
}

function apply(screen: Screen, op: Op, item: Item): void {
  switch (op.op) {
    case 'table':
      screen.table = op;
      screen.seats = op.names.map((name, i) => ({ seat: i + 1, name, alive: true }));
      return;
    case 'phase':
      return phase(screen, op, item);
    case 'seat':
      screen.seats = screen.seats.map((seat) => (seat.seat === op.seat ? { ...seat, ...given(op.set), ...knowers(seat, op, item.seen) } : seat));
      return;
    case 'line':
      return line(screen, op, item);
    case 'votes':
      return votes(screen, op, item);
    case 'trial':
      if (op.stage === 'defense' && screen.trial?.number !== op.number) {
        const name = screen.seats[op.accused - 1]?.name ?? '';
        screen.marks.push({ n: item.n, kind: 'trial', title: `${name} on trial`, phase: '', day: screen.phase?.day ?? 0 });
      }
      screen.trial = op.accused ? op : null;
      return;
    case 'me':
      screen.me = { ...screen.me, ...op.set } as Me;
      return;
    case 'thought':
      return note(screen, 'thought', op, item);
    case 'night':
      screen.nights = withFact(screen.nights, screen.phase?.day ?? 0, op);
      return note(screen, 'night', op, item);
    case 'over':
      screen.over = op;
      screen.marks.push({ n: item.n, kind: 'end', title: op.sentence, phase: 'over', day: screen.phase?.day ?? 0 });
  }
}

/** Who knows a seat's role after a patch: a new one is known to those who see it, the same one to more and more. */
function knowers(seat: SeatView, { set }: SeatOp, seen: Seen | undefined): Pick<SeatView, 'knownTo'> {
  if (seen === undefined || (set.role === undefined && set.how === undefined && !set.team)) return {};
  return { knownTo: (set.role && set.role !== seat.role ? seen : either(seat.knownTo, seen))! };
}

/** An unnamed line comes in two events: the second one shows nothing and says who else heard it. */
function overheard(screen: Screen, item: Item): void {
  const last = screen.lines.at(-1);
  if (last?.alias && last.n === item.n - 1) screen.lines[screen.lines.length - 1] = { ...last, ...seenBy(either(last.seen, item.seen)) };
}

const seenBy = (seen: Seen | undefined): Pick<Line, 'seen'> => (seen === undefined ? {} : { seen });

/** Who has the most votes, alone and more than one; 0 for nobody. */
export function leader(against: Record<string, number>): number {
  const [first, second] = Object.entries(against).sort(([, a], [, b]) => b - a);
  return first && first[1] > 1 && first[1] > (second?.[1] ?? 0) ? Number(first[0]) : 0;
}

/** Votes swing when another player comes to lead; a majority needs no mark of its own, since it opens a trial at once. */
function votes(screen: Screen, op: VotesOp, item: Item): void {
  const now = leader(op.against);
  if (now && screen.leader && now !== screen.leader) {
    const [from, to] = [screen.leader, now].map((seat) => screen.seats[seat - 1]?.name ?? '');
    screen.marks.push({ n: item.n, kind: 'swing', title: `The votes turn from ${from} to ${to}`, phase: '', day: screen.phase?.day ?? 0 });
  }
  screen.leader = op.votes.length ? now || screen.leader : 0;
  screen.votes = op;
}

function withFact(nights: Night[], day: number, fact: NightOp): Night[] {
  const last = nights.at(-1);
  return last?.day === day ? [...nights.slice(0, -1), { day, facts: [...last.facts, fact] }] : [...nights, { day, facts: [fact] }];
}

function given(patch: SeatPatch): SeatPatch {
  return Object.fromEntries(Object.entries(patch).filter(([, value]) => value !== undefined)) as SeatPatch;
}

function phase(screen: Screen, op: PhaseOp, item: Item): void {
  const fresh = screen.phase?.phase !== op.phase || screen.phase.day !== op.day;
  screen.phase = op;
  screen.phaseAt = item.at;
  if (!fresh) return;
  screen.marks.push({ n: item.n, kind: 'phase', title: op.title, phase: op.phase, day: op.day });
  push(screen, item, { id: `p${item.n}`, kind: 'heading', text: op.title, tone: op.phase === 'night' ? 'grave' : 'plain' });
}

function line(screen: Screen, op: LineOp, item: Item): void {
  if (op.kind === 'death') screen.marks.push({ n: item.n, kind: 'death', title: op.text.split('.')[0]!, phase: '', day: screen.phase?.day ?? 0 });
  const speaker = screen.seats[op.seat - 1];
  const certain = speaker?.role && SHOWN.has(speaker.how ?? '') ? { role: speaker.role } : {};
  push(screen, item, { ...op, to: op.to ?? 0, ...certain });
}

/** How a role must be known to be the true one; a grave may tell another. */
const SHOWN = new Set(['dealt', 'known to you', 'revealed']);

function note(screen: Screen, kind: string, op: ThoughtOp | NightOp, item: Item): void {
  const seat = op.op === 'thought' ? op.seat : op.by;
  push(screen, item, { id: `${kind[0]}${item.n}`, kind, seat, text: op.text, name: screen.seats[seat - 1]?.name ?? '', ...(op.op === 'thought' && op.report ? { report: op.report } : {}) });
}

function push(screen: Screen, item: Item, part: Partial<Line>): void {
  screen.lines.push({
    n: item.n, at: item.at, id: `e${item.n}`, kind: 'notice', seat: 0, text: '', tone: 'plain', channel: '', name: '', alias: '', to: 0,
    day: screen.phase?.day ?? 0, ...seenBy(item.seen), ...part,
  });
}

const GLIMPSE = 90;

/** A moment in a few words: its phase, and the last thing that came to pass in it. */
export function glimpse(screen: Screen): string {
  const title = screen.phase?.title ?? 'Before the match';
  const last = screen.lines.findLast((line) => line.kind !== 'thought');
  if (!last || last.kind === 'heading') return title;
  const who = ['chat', 'whisper'].includes(last.kind) && last.name ? `${last.name}: ` : '';
  const words = `${who}${last.text || 'whispers'}`;
  return `${title} · ${words.length > GLIMPSE ? `${words.slice(0, GLIMPSE)} …` : words}`;
}
