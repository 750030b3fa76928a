// The HTTP side: lists, starting, sitting down.
import type { Initial, LaneList, MatchCard, Viewpoint } from './frames';

const element = globalThis.document?.getElementById('initial');
export const initial: Initial | null = element ? (JSON.parse(element.textContent || 'null') as Initial | null) : null;

export class Refused extends Error {}

async function call<T>(path: string, body?: unknown): Promise<T> {
  const answer = await fetch(`/api${path}`, {
    method: body === undefined ? 'GET' : 'POST',
    headers: body === undefined ? {} : { 'Content-Type': 'application/json', 'X-CSRFToken': initial?.csrf ?? '' },
    body: body === undefined ? null : JSON.stringify(body),
    credentials: 'same-origin',
  });
  const value = (await answer.json().catch(() => ({}))) as T & { error?: string; detail?: string };
  if (!answer.ok) throw new Refused(value.error ?? value.detail ?? `The server answered ${answer.status}.`);
  return value;
}

export const listMatches = (): Promise<{ matches: MatchCard[] }> => call('/matches');
export const listLanes = (): Promise<LaneList> => call('/lanes');
export const startMatch = (lobby: string, people = 0): Promise<{ id: number }> => call('/matches', { lobby, people });
export const forksOf = async (id: number): Promise<number[]> => (await call<{ forks: number[] }>(`/matches/${id}`)).forks;
export const listAgents = async (): Promise<string[]> => (await call<{ agents: string[] }>('/agents')).agents;
export const forkMatch = (id: number, as: Viewpoint, n: number, agents: Record<number, string>, seed: string): Promise<{ id: number }> =>
  call(`/matches/${id}/fork`, { as: String(as), n, agents, seed });
export interface Prompt { messages: { role: string; content: string }[]; stable_tokens: number; tail_tokens: number; exact: boolean }
export const promptOf = (id: number, as: Viewpoint, n: number): Promise<Prompt> => call(`/matches/${id}/prompt?as=${as}&n=${n}`);
export const sit = (id: number, name: string, seat?: number): Promise<{ seat: number }> => call(`/matches/${id}/sit`, { name, seat: seat ?? null });
export const stand = (id: number): Promise<{ ok: true }> => call(`/matches/${id}/stand`, {});
export const handOver = (id: number): Promise<{ ok: true }> => call(`/matches/${id}/hand-over`, {});
export const takeBack = (id: number): Promise<{ ok: true }> => call(`/matches/${id}/take-back`, {});
