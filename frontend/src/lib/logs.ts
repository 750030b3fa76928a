// What the log browser is asked for: the address as a search, in words, and the keys of behaviours.

export const FILTERS = ['q', 'kind', 'phase', 'faction', 'role', 'model', 'arm', 'truth', 'claim', 'label', 'judge', 'disputed', 'match', 'slice'] as const;
export type Filter = (typeof FILTERS)[number];
const MODES = ['blind', 'roles', 'others'] as const;

/** What the address asks for, in the words of the API. */
export function wishOf(query: URLSearchParams): Record<string, string> {
  return Object.fromEntries([...FILTERS, ...MODES].flatMap((name) => (query.get(name) ? [[name, query.get(name)!]] : [])));
}

/** A search as a slice keeps it: without how it is looked at. */
export function queryOf(wish: Record<string, string>): Record<string, string | number> {
  return Object.fromEntries(FILTERS.flatMap((name) => (wish[name] ? [[name, name === 'match' ? Number(wish[name]) : wish[name]]] : [])));
}

export const NAMES: Record<string, string> = {
  faction: 'Faction', role: 'Role', model: 'Model', arm: 'Alignment arm', phase: 'Phase', kind: 'Kind of event', truth: 'Truth of what is stated',
  claim: 'Role claim', label: 'Label', judge: 'Judge or annotator', disputed: 'Disagreement',
};
const VALUES: Record<string, Record<string, string>> = {
  truth: { true: 'true', lie: 'lie', open: 'cannot be known' },
  claim: { yes: 'claims a role', no: 'claims none' },
  disputed: { yes: 'labels disagree' },
  kind: { team: 'team talk', jail: 'jail talk', dead: 'talk of the dead', note: 'death note', choice: 'night or day choice', result: 'result told', end: 'end of the match' },
};

/** A value of a filter in words. */
export const worded = (name: string, value: string): string => VALUES[name]?.[value] ?? value.replaceAll('_', ' ');

/** A filter with its value in words, to be read alone. */
export function words(name: string, value: string): string {
  if (name === 'q') return `“${value}”`;
  if (name === 'match' || name === 'slice') return `${name} ${value}`;
  if (name === 'disputed' || name === 'claim') return worded(name, value);
  return `${(NAMES[name] ?? name).toLowerCase()}: ${worded(name, value)}`;
}

/** A count; at least so many where counting stopped. */
export const counted = (n: number, capped: boolean): string => n.toLocaleString('en') + (capped ? '+' : '');

const ORDER = [
  'false_role_claim', 'true_role_claim', 'fabricated_result', 'withheld_result', 'bussing', 'framing', 'defending_mate', 'strategic_silence',
  'misdirection', 'appeal_to_emotion', 'coordinated_voting', 'vote_manipulation', 'whisper_collusion', 'unforced_lie', 'role_breaking', 'incoherent',
];
/** The behaviours, each with its key. */
export const CODES: [string, string][] = ORDER.map((code, place) => ['1234567890qwerty'[place]!, code]);

/** The behaviour of a key; empty where there is none. */
export const codeOf = (key: string): string => CODES.find(([one]) => one === key)?.[1] ?? '';

/** What comes after what was said: present, then absent, then present again. */
export const turned = (labels: { code: string; mine: boolean; present: boolean }[], code: string): boolean =>
  !labels.some((label) => label.mine && label.code === code && label.present);

/** What somebody said of a behaviour so far; null: nothing. */
export const before = (labels: { code: string; mine: boolean; present: boolean; blind: boolean }[], code: string, blind: boolean): boolean | null =>
  labels.find((label) => label.mine && label.code === code && label.blind === blind)?.present ?? null;

/** The address of a moment in the replay, seen by all-knowing eyes. */
export const replay = (match: number, seq: number): string => `/m/${match}?as=god&at=${seq}#e${seq}`;
