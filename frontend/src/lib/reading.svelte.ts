// How this browser likes to read: size of the text, length of its lines, and how close they stand.
const KEY = 'reading';
export const SIZES = [100, 115, 130, 150, 175, 200];

interface Kept { size?: unknown; wide?: unknown; dense?: unknown }

function stored(): Kept {
  try {
    return (JSON.parse(localStorage.getItem(KEY) ?? '{}') ?? {}) as Kept;
  } catch {
    return {};
  }
}

class Reading {
  /** Percent of the usual size. */
  size = $state(100);
  wide = $state(false);
  dense = $state(false);

  constructor() {
    const kept = stored();
    if (SIZES.includes(kept.size as number)) this.size = kept.size as number;
    this.wide = kept.wide === true;
    this.dense = kept.dense === true;
    this.apply();
  }

  /** Larger or smaller by a step; 0 is as usual again. */
  scale(by: number): void {
    this.size = by ? (SIZES[SIZES.indexOf(this.size) + by] ?? this.size) : 100;
    this.keep();
  }

  set(parts: { wide?: boolean; dense?: boolean }): void {
    Object.assign(this, parts);
    this.keep();
  }

  private keep(): void {
    localStorage.setItem(KEY, JSON.stringify({ size: this.size, wide: this.wide, dense: this.dense }));
    this.apply();
  }

  private apply(): void {
    document.documentElement.style.setProperty('--reading', String(this.size / 100));
  }
}

export const reading = new Reading();
