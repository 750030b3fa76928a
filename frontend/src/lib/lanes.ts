// How a lane's facts are said: pure, so that it can be tested without a page.
import type { Lane } from './frames';

export type Tone = 'good' | 'bad' | 'warn' | 'quiet';
export interface Standing { tone: Tone; glyph: string; word: string; sentence: string }

const OLD = 15_000;

const STANDINGS: Record<string, Standing> = {
  ready: { tone: 'good', glyph: '●', word: 'ready', sentence: 'Answers.' },
  starting: { tone: 'warn', glyph: '◔', word: 'starting', sentence: 'Loads its model; requests wait.' },
  draining: { tone: 'warn', glyph: '◐', word: 'draining', sentence: 'Takes no new seats, and goes off when those that are here have ended.' },
  asleep: { tone: 'quiet', glyph: '☾', word: 'asleep', sentence: 'Another model has its memory; wakes when seats wait for it.' },
  down: { tone: 'bad', glyph: '▲', word: 'down', sentence: 'Does not answer; it is tried again.' },
  broken: { tone: 'bad', glyph: '✕', word: 'broken', sentence: 'Did not come up and is not tried again.' },
  off: { tone: 'quiet', glyph: '○', word: 'off', sentence: 'Not running.' },
};

/** How a lane stands, in a word and a sentence. One of which nobody gives a sign looks like nothing else. */
export function standing(lane: Lane, now: number): Standing {
  if (lane.stale) {
    const since = lane.seen === null ? 'never' : seconds(now - lane.seen);
    return {
      tone: 'warn', glyph: '?', word: 'no sign of life',
      sentence: lane.seen === null ? `Was ${lane.state}; nobody watches it.` : `Was ${lane.state} ${since} ago; whoever watched it is silent.`,
    };
  }
  const found = STANDINGS[lane.state] ?? { tone: 'quiet', glyph: '○', word: lane.state, sentence: '' };
  return lane.state === 'asleep' && !lane.group ? { ...found, sentence: 'Gave its memory away.' } : found;
}

/** Whether figures are too old to be taken for the present. */
export function old(lane: Lane, now: number): boolean {
  return lane.figures_at === null || now - lane.figures_at > OLD;
}

export function seconds(ms: number): string {
  const whole = Math.max(0, Math.round(ms / 1000));
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min`;
  return whole < 172_800 ? `${Math.floor(whole / 3600)} h` : `${Math.floor(whole / 86_400)} days`;
}

export function share(value: number | null): string {
  return value === null ? '–' : `${Math.round(value * 100)} %`;
}

export function speed(value: number | null): string {
  if (value === null) return '–';
  return value >= 100 ? String(Math.round(value)) : value.toFixed(1);
}

export function queue(lane: Lane): string {
  return lane.running === null ? '–' : `${lane.running} + ${lane.waiting ?? 0}`;
}
