// Whether advice is wanted: in one's first match by itself, later by wish.
const KEY = 'advice';

class Coaching {
  on = $state((localStorage.getItem(KEY) ?? 'on') === 'on');

  set(on: boolean): void {
    this.on = on;
    localStorage.setItem(KEY, on ? 'on' : 'off');
  }

  /** A match has been played to its end: advice stays only where it was asked for. */
  done(): void {
    if (localStorage.getItem(KEY) === null) this.set(false);
  }
}

export const coach = new Coaching();
