// A lobby as a form has it: what differs from the defaults, and what the server found about it.
export interface AgentSpec { id?: string; model?: string; personality?: string; role?: string }
export interface LobbySpec {
  title?: string; game?: { mode?: string; coven?: boolean }; slots?: string[]; players?: number; agents?: AgentSpec[]; people?: number; private?: boolean;
  rounds?: { discussion?: number; voting?: number; night?: number }; clock?: string; talk?: string; pace?: number; seed?: string;
}
export interface Mode { name: string; ruleset: string; slots: string[]; rule: string }
export interface Lobby {
  yaml: string; spec: LobbySpec | null; problems: string[]; seats: { name: string; agent: string; person: boolean; role: string }[]; slots: string[];
  factions: { faction: string; least: number; most: number }[];
  estimate: { models: number; calls: number; tokens: number; minutes: number; measured: boolean } | null;
}

/** A copy with one field changed; an empty one is left out, so that its default holds. */
export function changed<K extends keyof LobbySpec>(spec: LobbySpec, key: K, value: LobbySpec[K] | '' | null): LobbySpec {
  const { [key]: _, ...rest } = spec;
  return value === '' || value === null || value === undefined ? rest : { ...rest, [key]: value };
}

/** The agents with one seat's changed, as many as are needed to say so. */
export function seated(agents: AgentSpec[], place: number, agent: AgentSpec): AgentSpec[] {
  return Array.from({ length: Math.max(agents.length, place + 1) }, (_, i) => (i === place ? { ...agents[i], ...agent } : (agents[i] ?? {})));
}

/** The estimate in a sentence. */
export function cost(estimate: Lobby['estimate']): string {
  if (!estimate) return '';
  if (!estimate.models) return 'No model plays: nothing to wait for and nothing to pay.';
  const tokens = estimate.tokens < 1e6 ? `${Math.round(estimate.tokens / 1000)} thousand` : `${(estimate.tokens / 1e6).toFixed(1)} million`;
  const source = estimate.measured ? 'as such matches took before' : 'a guess: these models have not played yet';
  return `${estimate.models} ${estimate.models === 1 ? 'model' : 'models'}: about ${estimate.calls} calls, ${tokens} tokens and ${Math.max(1, Math.round(estimate.minutes))} minutes (${source}).`;
}
