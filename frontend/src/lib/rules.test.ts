import { describe, expect, it } from 'vitest';
import { find, finder, pieces, slug, type RuleRole, type Rulebook } from './rules';

const role = (name: string, faction: string, alignment: string, summary: string, rulesets = ['classic', 'coven']): RuleRole => ({
  slug: slug(name), name, faction, alignment, unique: false, rulesets, summary, goal: 'Win.', attack: 'None: does not kill.', defense: 'None: any attack kills.',
  immune: [], sheriff: 'Innocent', abilities: [], traits: [], groups: [], steps: [], side: faction, rivals: [],
});
const BOOK: Rulebook = {
  chapters: [{ slug: 'jail', title: 'Jail', paragraphs: ['The prisoner does nothing.'], tables: [] }],
  factions: [], alignments: [],
  roles: [
    role('Doctor', 'Town', 'Town Protective', 'Heals. The Jailor hides patients.'), role('Jailor', 'Town', 'Town Killing', 'Locks one up.'),
    role('Medusa', 'Coven', 'Coven Evil', 'Gazes.', ['coven']),
  ],
  modes: [{ slug: 'mode-classic', name: 'Classic', ruleset: 'classic', slots: ['Jailor', 'Any'], rule: '' }],
};
const NOTHING = { text: '', faction: '', alignment: '', ruleset: '' };
const names = (wish: Partial<typeof NOTHING>): string[] => find(BOOK, { ...NOTHING, ...wish }).roles.map((one) => one.name);

describe('the rulebook', () => {
  it.each([['Serial Killer', 'serial-killer'], ["Dracula's Palace", 'dracula-s-palace'], ['Jailor', 'jailor']])('finds %s at %s', (name, anchor) => {
    expect(slug(name)).toBe(anchor);
  });

  it('shows all of it when nothing is asked for', () => {
    expect(names({})).toEqual(['Doctor', 'Jailor', 'Medusa']);
    expect(find(BOOK, NOTHING).chapters).toHaveLength(1);
  });

  it('puts the role that is called so before those that mention it', () => {
    expect(names({ text: 'jailor' })).toEqual(['Jailor', 'Doctor']);
  });

  it('wants every word of a search, in any order', () => {
    expect(names({ text: 'PATIENTS heals' })).toEqual(['Doctor']);
    expect(names({ text: 'patients gazes' })).toEqual([]);
  });

  it('narrows by faction, alignment and ruleset', () => {
    expect(names({ faction: 'Town' })).toEqual(['Doctor', 'Jailor']);
    expect(names({ alignment: 'Town Killing' })).toEqual(['Jailor']);
    expect(names({ ruleset: 'classic' })).toEqual(['Doctor', 'Jailor']);
    expect(find(BOOK, { ...NOTHING, faction: 'Town' }).chapters).toEqual([]);
    expect(find(BOOK, { ...NOTHING, ruleset: 'coven' }).modes).toEqual([]);
  });

  it('cuts a text at the names of roles, whole words and the longest name only', () => {
    const cut = pieces('The Vampire Hunter met a Vampire, not Vampires.', finder(['Vampire', 'Vampire Hunter']));
    expect(cut.map((piece) => piece.role)).toEqual([null, 'Vampire Hunter', null, 'Vampire', null]);
    expect(cut.map((piece) => piece.text).join('')).toBe('The Vampire Hunter met a Vampire, not Vampires.');
  });
});
