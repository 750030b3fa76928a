// The rulebook: fetched once, searched here; every role has an address.
import { initial } from './api';
import { saved } from './saved';

export interface RuleAbility { id: string; name: string; when: string; uses: string; targets: string; visit: string; details: string[] }
export interface RuleGroup { ruleset: string; letter: string; roles: string[] }
export interface RuleStep { number: number; title: string; abilities: string[] }
export interface RuleRole {
  slug: string; name: string; faction: string; alignment: string; unique: boolean; rulesets: string[]; summary: string; goal: string; attack: string;
  defense: string; immune: string[]; sheriff: string; abilities: RuleAbility[]; traits: string[]; groups: RuleGroup[]; steps: RuleStep[]; side: string; rivals: string[];
}
export interface RuleTable { title: string; head: string[]; rows: string[][] }
export interface RuleChapter { slug: string; title: string; paragraphs: string[]; tables: RuleTable[] }
export interface RuleHeading { slug: string; name: string; faction: string; text: string }
export interface RuleMode { slug: string; name: string; ruleset: string; slots: string[]; rule: string }
export interface Rulebook { chapters: RuleChapter[]; factions: RuleHeading[]; alignments: RuleHeading[]; roles: RuleRole[]; modes: RuleMode[] }

let asked: Promise<Rulebook> | null = null;

/** The rulebook. Asked for again after a failure only. */
export function loadRules(): Promise<Rulebook> {
  asked ??= fetch('/api/rules', { credentials: 'same-origin' })
    .then((answer) => (answer.ok ? (answer.json() as Promise<Rulebook>) : Promise.reject(new Error(`The server answered ${answer.status}.`))))
    .catch((error: unknown) => {
      asked = null;
      throw error;
    });
  return asked;
}

const known = new Set(initial?.roles ?? []);
export const FACTIONS = ['Town', 'Mafia', 'Coven', 'Neutral'];

/** The anchor of a name; the server's side of it is `slug` in game/engine/text/words.py. */
export function slug(name: string): string {
  return name.toLowerCase().replace(/[^\p{L}\p{N}]+/gu, ' ').trim().replaceAll(' ', '-');
}

/** Where the rulebook explains a role or a slot of a role list; null where it has nothing on it, or is not at hand. */
export function address(name: string | null | undefined): string | null {
  if (!name || saved) return null;
  if (known.has(name)) return `/rules#${slug(name)}`;
  if (name === 'Any') return '/rules#lists';
  if (FACTIONS.includes(name)) return `/rules#${slug(name)}`;
  const [first, second] = name.split(' ');
  if (first === 'Random' && FACTIONS.includes(second ?? '')) return `/rules#${slug(second!)}`;
  return second && FACTIONS.includes(first ?? '') ? `/rules#${slug(name)}` : null;
}

/** Whether the rulebook has a card of this name. */
export function isRole(name: string): boolean {
  return known.has(name);
}

/** What finds names in a text, the longest first; null for none. */
export function finder(names: Iterable<string>): RegExp | null {
  const all = [...names].sort((a, b) => b.length - a.length);
  return all.length ? new RegExp(`\\b(${all.join('|')})\\b`, 'u') : null;
}

const usual = finder(known);

export interface Piece { text: string; role: string | null }

/** A text cut at the names of roles. */
export function pieces(text: string, names: RegExp | null = usual): Piece[] {
  if (!names) return [{ text, role: null }];
  const parts = text.split(names);
  return parts.map((part, i) => ({ text: part, role: i % 2 ? part : null })).filter((part) => part.text);
}

export interface Wish { text: string; faction: string; alignment: string; ruleset: string }

function has(text: string, wish: Wish): boolean {
  const low = text.toLowerCase();
  return wish.text.toLowerCase().split(/\s+/).every((word) => low.includes(word));
}

export function roleText(role: RuleRole): string {
  return [
    role.name, role.faction, role.alignment, role.summary, role.goal, role.attack, role.defense, role.sheriff, ...role.immune, ...role.traits, role.unique ? 'unique' : '',
    ...role.abilities.flatMap((one) => [one.name, one.when, one.uses, one.targets, ...one.details]), ...role.steps.map((step) => step.title),
  ].join(' ');
}

/** What of the book fits a search, those roles first whose name does. Facets concern roles; a ruleset concerns modes too. */
export function find(book: Rulebook, wish: Wish): { chapters: RuleChapter[]; roles: RuleRole[]; modes: RuleMode[] } {
  const facets = wish.faction || wish.alignment;
  const roles = book.roles.filter(
    (role) =>
      (!wish.faction || role.faction === wish.faction) && (!wish.alignment || role.alignment === wish.alignment) &&
      (!wish.ruleset || role.rulesets.includes(wish.ruleset)) && has(roleText(role), wish),
  );
  const named = (role: RuleRole): boolean => !!wish.text && role.name.toLowerCase().includes(wish.text.trim().toLowerCase());
  return {
    chapters: facets ? [] : book.chapters.filter((one) => has([one.title, ...one.paragraphs, ...one.tables.flatMap((table) => [table.title, ...table.rows.flat()])].join(' '), wish)),
    roles: [...roles.filter(named), ...roles.filter((role) => !named(role))],
    modes: facets ? [] : book.modes.filter((one) => (!wish.ruleset || one.ruleset === wish.ruleset) && has(`${one.name} ${one.rule} ${one.slots.join(' ')}`, wish)),
  };
}
