// What a table that waits for people waits for.
import type { SeatOut } from './frames';

/** In a sentence, as the player in seat `me` (null: a spectator) reads it. */
export function waitingFor(seats: SeatOut[], me: number | null): string {
  const free = seats.filter((seat) => seat.open).length;
  const unready = seats.filter((seat) => seat.person && !seat.ready);
  if (unready.some((seat) => seat.seat === me)) return 'Say that you are ready when you want to begin.';
  const parts = [
    ...(free ? [`${free} more ${free === 1 ? 'person' : 'people'} to sit down`] : []),
    ...(unready.length ? [`${unready.map((seat) => seat.name).join(', ')} to be ready`] : []),
  ];
  return parts.length ? `Waiting for ${parts.join(' and for ')}.` : 'The match begins.';
}
