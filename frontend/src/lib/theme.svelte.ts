// Dark or light: the system's wish unless the reader has another.
type Theme = 'dark' | 'light';

class Look {
  theme = $state<Theme | null>(localStorage.getItem('theme') as Theme | null);

  constructor() {
    this.show();
  }

  get dark(): boolean {
    return this.theme ? this.theme === 'dark' : !matchMedia('(prefers-color-scheme: light)').matches;
  }

  toggle(): void {
    this.theme = this.dark ? 'light' : 'dark';
    localStorage.setItem('theme', this.theme);
    this.show();
  }

  private show(): void {
    if (this.theme) document.documentElement.dataset.theme = this.theme;
  }
}

export const look = new Look();
