// Players whom one does not want to read: kept in this browser, by name and match.
import type { Line } from './reduce';

const place = (id: number): string => `muted:${id}`;

export function mutedIn(id: number): string[] {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(place(id)) ?? '[]');
    return Array.isArray(kept) ? kept.map(String) : [];
  } catch {
    return [];
  }
}

/** Mute somebody, or hear them again; who is muted now. */
export function toggleMute(id: number, name: string): string[] {
  const muted = mutedIn(id);
  const now = muted.includes(name) ? muted.filter((one) => one !== name) : [...muted, name];
  localStorage.setItem(place(id), JSON.stringify(now));
  return now;
}

/** The lines with what muted players say folded; what the game says of them stays. */
export function folded(lines: Line[], muted: string[]): Line[] {
  if (!muted.length) return lines;
  return lines.map((line) => (line.text && ['chat', 'whisper'].includes(line.kind) && muted.includes(line.name) ? { ...line, text: '(muted)' } : line));
}
