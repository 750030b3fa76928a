// The HTTP side: lists, starting, sitting down.
import type { Lobby, LobbySpec, Mode } from './lobby';
import type { Consent, ExperimentList, ExperimentOut, Initial, Item, LabelOut, LaneList, Leaderboard, LogMark, LogPage, MatchList, MatchOut, Me, ReportOut, RunList, RunOut, Slice, TrialList, Viewpoint } from './frames';

const element = globalThis.document?.getElementById('initial');
export const initial: Initial | null = element ? (JSON.parse(element.textContent || 'null') as Initial | null) : null;

export class Refused extends Error {}

/** What went wrong, to be shown. */
export const said = (error: unknown): string => (error instanceof Error ? error.message : String(error));

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

export const listMatches = (wish: Record<string, string>): Promise<MatchList> => call(`/matches?${new URLSearchParams(wish)}`);
export const listLanes = (): Promise<LaneList> => call('/lanes');
/** A new match; `invite` belongs into the link to a table that is listed nowhere. */
export interface Created { id: number; invite: string }
export const startMatch = (lobby: string, people = 0): Promise<Created> => call('/matches', { lobby, people });
export interface Detail { match: MatchOut; allowed: Viewpoint[]; withheld: string; me: number | null; invite: string; forks: number[] }
export const detailOf = (id: number): Promise<Detail> => call(`/matches/${id}`);

/** All items of a viewpoint so far. */
export async function itemsOf(id: number, as: string): Promise<Item[]> {
  const items: Item[] = [];
  for (let after: number | null = 0; after !== null; ) {
    const page: { items: Item[]; next: number | null } = await call(`/matches/${id}/events?as=${as}&after=${after}&limit=5000`);
    items.push(...page.items);
    after = page.next;
  }
  return items;
}
export const listAgents = async (): Promise<string[]> => (await call<{ agents: string[] }>('/agents')).agents;
export const forkMatch = (id: number, as: Viewpoint, n: number, agents: Record<number, string>, seed: string, sit: number | null): Promise<{ id: number }> =>
  call(`/matches/${id}/fork`, { as: String(as), n, agents, seed, sit });
export interface Prompt { messages: { role: string; content: string }[]; stable_tokens: number; tail_tokens: number; exact: boolean }
export const promptOf = (id: number, as: Viewpoint, n: number): Promise<Prompt> => call(`/matches/${id}/prompt?as=${as}&n=${n}`);
export const listModes = (): Promise<Mode[]> => call('/modes');
export const checkLobby = (wish: { yaml: string } | { spec: LobbySpec }): Promise<Lobby> => call('/lobby', wish);
export const lobbyOf = (id: number): Promise<Lobby> => call(`/matches/${id}/lobby`);
export const sit = (id: number, name: string, consent: Consent, invite = ''): Promise<{ seat: number }> => call(`/matches/${id}/sit`, { name, invite, ...consent });
export const beReady = (id: number, ready: boolean): Promise<{ ok: true }> => call(`/matches/${id}/ready`, { ready });
export const begin = (id: number): Promise<{ ok: true }> => call(`/matches/${id}/begin`, {});
export const rematch = (id: number): Promise<Created> => call(`/matches/${id}/rematch`, {});
export const remark = (id: number, text: string, name: string): Promise<{ ok: true }> => call(`/matches/${id}/remarks`, { text, name });
export interface Chapter { title: string; sentences: { text: string; unseen: boolean }[] }
/** A match that is over, as one player lived it. */
export const storyOf = async (id: number, seat: number): Promise<Chapter[]> => (await call<{ chapters: Chapter[] }>(`/matches/${id}/story?seat=${seat}`)).chapters;
export const stand = (id: number): Promise<{ ok: true }> => call(`/matches/${id}/stand`, {});
export const handOver = (id: number): Promise<{ ok: true }> => call(`/matches/${id}/hand-over`, {});
export const takeBack = (id: number): Promise<{ ok: true }> => call(`/matches/${id}/take-back`, {});
export const meOf = (): Promise<Me> => call('/me');
export const agree = (consent: Consent): Promise<{ ok: true }> => call('/me/consent', consent);
export const agreeIn = (id: number, consent: Consent): Promise<{ ok: true }> => call(`/me/matches/${id}/consent`, consent);
export const deleteAccount = (name: string, words: boolean): Promise<{ ok: true }> => call('/me/delete', { name, words });
export const reportRemark = (id: number, remark: number, reason: string): Promise<{ ok: true }> => call(`/matches/${id}/remarks/${remark}/report`, { reason });
export const reportLine = (id: number, as: Viewpoint, n: number, reason: string): Promise<{ ok: true }> =>
  call(`/matches/${id}/report`, { as: String(as), n, reason });
export const searchLogs = (wish: Record<string, string>): Promise<LogPage> => call(`/logs?${new URLSearchParams(wish)}`);
/** Say that a line shows a behaviour, or that it does not; the labels seen of it then. */
export const setLabel = async (wish: { match: number; seq: number; code: string; present: boolean | null; blind: boolean }): Promise<LabelOut[]> => (await call<{ labels: LabelOut[] }>('/logs/labels', wish)).labels;
export const listSlices = async (): Promise<Slice[]> => (await call<{ slices: Slice[] }>('/logs/slices')).slices;
export const keepSlice = (name: string, query: Record<string, string | number>): Promise<Slice> => call('/logs/slices', { name, query });
export const reportOf = (id: number): Promise<ReportOut> => call(`/matches/${id}/figures`);
export const marksOf = async (id: number): Promise<LogMark[]> => (await call<{ marks: LogMark[] }>(`/matches/${id}/marks`)).marks;
export const listExperiments = (): Promise<ExperimentList> => call('/experiments');
export const experimentOf = (id: number): Promise<ExperimentOut> => call(`/experiments/${id}`);
export const listRuns = (): Promise<RunList> => call('/training');
export const runOf = (id: number): Promise<RunOut> => call(`/training/${id}`);
export const changeRun = (id: number, deed: 'launch' | 'cancel' | 'resume'): Promise<{ ok: true }> => call(`/training/${id}/${deed}`, {});
export const trialsOf = (id: number, wish: Record<string, string>): Promise<TrialList> => call(`/experiments/${id}/trials?${new URLSearchParams(wish)}`);
export const leaderboardOf = (setup: string): Promise<Leaderboard> => call(`/leaderboard?${new URLSearchParams({ setup })}`);
