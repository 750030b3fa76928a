// A page that was saved and opens alone: what it brought along. There is no server behind it.
import { initial } from './api';
import type { Item, MatchOut, Viewpoint } from './frames';

export interface Saved { match: MatchOut; as: Viewpoint; items: Item[]; now: number }

/** What a saved page holds; null on the site. */
export const saved: Saved | null = initial?.page === 'saved' ? (initial as unknown as Saved) : null;
