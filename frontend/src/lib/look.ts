// How things are shown: faction glyphs, seat hues, channels, durations.
import type { Defaulted } from './frames';

export interface Faction { glyph: string; word: string; key: string }

const FACTIONS: Record<string, Faction> = {
  Town: { glyph: '⌂', word: 'Town', key: 'town' },
  Mafia: { glyph: '♠', word: 'Mafia', key: 'mafia' },
  Coven: { glyph: '✶', word: 'Coven', key: 'coven' },
  Neutral: { glyph: '◇', word: 'Neutral', key: 'neutral' },
  Vampire: { glyph: '▾', word: 'Vampire', key: 'vampire' },
};

export function faction(name: string | null | undefined): Faction | null {
  return name ? (FACTIONS[name] ?? { glyph: '?', word: name, key: 'neutral' }) : null;
}

const CHANNELS: Record<string, string> = {
  public: '', whisper: 'whisper', mafia: 'Mafia', coven: 'Coven', vampire: 'Vampires', jail: 'jail', dead: 'the dead', seance: 'séance',
};

export function channelName(channel: string): string {
  return CHANNELS[channel] ?? channel;
}

export function clock(ms: number): string {
  const seconds = Math.max(0, Math.ceil(ms / 1000));
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
}

export function ago(then: number, now: number): string {
  const minutes = Math.round((now - then) / 60000);
  if (minutes < 1) return 'just now';
  if (minutes < 60) return `${minutes} min ago`;
  const hours = Math.round(minutes / 60);
  return hours < 48 ? `${hours} h ago` : `${Math.round(hours / 24)} days ago`;
}

/** Whether a key press belongs to a field and not to the page. */
export function typing(event: KeyboardEvent): boolean {
  const target = event.target as HTMLElement | null;
  return !!target && (target.isContentEditable || ['INPUT', 'TEXTAREA', 'SELECT'].includes(target.tagName));
}

const DECIDING = { vote: ['vote', 'votes'], judge: ['verdict', 'verdicts'], act: ['night choice', 'night choices'] } as const;

/** In words, which deciding answers of a match a default filled; empty when there were none. */
export function filled(defaulted: Pick<Defaulted, 'kind'>[]): string {
  const parts = (Object.keys(DECIDING) as (keyof typeof DECIDING)[]).flatMap((kind) => {
    const count = defaulted.filter((one) => one.kind === kind).length;
    return count ? [`${count} ${DECIDING[kind][count === 1 ? 0 : 1]}`] : [];
  });
  if (!parts.length) return '';
  return `A default filled ${parts.join(', ')} of players who gave no answer of their own: the result says less about them.`;
}

/** Where one signs in or up, and comes back from. */
export const signIn = (how: 'login' | 'signup' | 'logout', back: string): string => `/accounts/${how}/?next=${encodeURIComponent(back)}`;
