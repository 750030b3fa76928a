// What a latecomer must know: deaths and verdicts, day by day.
import type { Line, Screen } from './reduce';

export interface Chapter { title: string; lines: Line[] }

/** Phases in which something came of the talk, with the lines that say what. */
export function recap(screen: Screen): Chapter[] {
  const chapters: Chapter[] = [];
  let title = '';
  for (const line of screen.lines) {
    if (line.kind === 'heading') title = line.text;
    else if (line.kind === 'death' || (line.kind === 'trial' && line.tone !== 'plain')) {
      const last = chapters.at(-1);
      if (last?.title === title) last.lines.push(line);
      else chapters.push({ title, lines: [line] });
    }
  }
  return chapters;
}

/** How it stands, in a sentence. */
export function standing(screen: Screen): string {
  const dead = screen.seats.filter((seat) => !seat.alive).length;
  const trials = screen.marks.filter((mark) => mark.kind === 'trial').length;
  return `${screen.seats.length - dead} of ${screen.seats.length} alive${trials ? `, ${trials} ${trials === 1 ? 'trial' : 'trials'}` : ''}`;
}
