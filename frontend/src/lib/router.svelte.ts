// The address is the state: path, query and fragment, with back and forward.
class Router {
  path = $state(location.pathname);
  query = $state(new URLSearchParams(location.search));
  hash = $state(location.hash);
  /** Counts the addresses gone to: the same one again is a wish too. */
  steps = $state(0);

  constructor() {
    window.addEventListener('popstate', () => this.read());
    window.addEventListener('hashchange', () => this.read());
    document.addEventListener('click', (event) => {
      const link = (event.target as HTMLElement).closest?.('a[data-link]');
      if (!(link instanceof HTMLAnchorElement) || event.metaKey || event.ctrlKey || event.shiftKey || event.button) return;
      event.preventDefault();
      this.go(link.getAttribute('href') ?? '/');
    });
  }

  go(address: string): void {
    history.pushState(null, '', address);
    const path = this.path;
    this.read();
    if (this.path !== path || !this.hash) scrollTo(0, 0);
  }

  /** Change parts of the query without a new step in the history. */
  set(parts: Record<string, string | null>): void {
    const query = new URLSearchParams(location.search);
    for (const [key, value] of Object.entries(parts)) value === null ? query.delete(key) : query.set(key, value);
    const text = query.toString();
    history.replaceState(history.state, '', location.pathname + (text ? `?${text}` : '') + location.hash);
    this.query = query;
  }

  private read(): void {
    this.path = location.pathname;
    this.query = new URLSearchParams(location.search);
    this.hash = location.hash;
    this.steps++;
  }
}

export const router = new Router();
