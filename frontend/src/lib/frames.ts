// The shapes of everything that passes between server and page; the server's side of them is frontend/schemas.py.

export type Viewpoint = 'public' | 'god' | number;
export type Tone = 'good' | 'bad' | 'plain' | 'grave';
export type VerdictWord = 'guilty' | 'innocent' | 'abstain';

export interface TableOp { op: 'table'; mode: string; ruleset: string; slots: string[]; names: string[]; commitment: string; clock: string }
export interface PhaseOp { op: 'phase'; phase: string; day: number; title: string; sentence: string; round: number; rounds: number; seconds: number | null; moon: boolean }
export interface Will { state: 'shown' | 'hidden' | 'forged' | 'bloodied' | 'written'; text: string }
export interface SeatPatch {
  alive?: boolean; role?: string | null; faction?: string | null; alignment?: string | null; how?: string | null;
  causes?: string[]; will?: Will; notes?: string[]; note?: string; notebook?: string; marks?: string[]; left?: boolean;
  weight?: number; jailed?: boolean; book?: boolean; lover?: boolean; vip?: boolean; team?: boolean; goal_met?: boolean; winner?: boolean;
}
export interface SeatOp { op: 'seat'; seat: number; set: SeatPatch }
export interface LineOp {
  op: 'line'; id: string; kind: string; seat: number; text: string; tone: Tone; channel?: string; name?: string; alias?: string; to?: number | null;
}
export interface VotesOp { op: 'votes'; votes: [number, number][]; need: number; against: Record<string, number> }
export interface TrialOp {
  op: 'trial'; accused: number; number: number; of: number; stage: 'defense' | 'judgement' | 'last_words' | 'closed';
  ballots: [number, VerdictWord, number][] | null; lynched: boolean | null;
}
export interface Ability { id: string; name: string; when: string; uses: number | null }
export interface Chosen { ability: string; targets: number[]; param: string }
export interface MePatch {
  role?: string; faction?: string; alignment?: string; goal?: string; summary?: string; abilities?: Ability[];
  team?: [number, string][]; uses?: Record<string, number>; facts?: Record<string, number | string | null>;
  will?: string; note?: string; notebook?: string; choice?: Chosen | null; ballot?: VerdictWord | null;
}
export interface MeOp { op: 'me'; set: MePatch }
export interface ToolUse { name: string; arguments: string; result: string }
export interface Attempt { text: string; finish: string; refusal: string; reason: string; tools: ToolUse[] }
export interface Report {
  model: string; lane: string; attempts: Attempt[]; prompt_tokens: number; cached_tokens: number; thought_tokens: number; spoken_tokens: number;
  latency_ms: number; finish: string; retries: string[]; fallback: string; error: string;
}
export interface ThoughtOp { op: 'thought'; seat: number; text: string; ask: string; cost: number; report?: Report | null }
export interface NightOp { op: 'night'; step: string; what: string; by: number; seats: number[]; value: string; text: string }
export interface OverOp { op: 'over'; outcome: string; winners: number[]; roles: string[]; seed: string; sentence: string }
export type Op = TableOp | PhaseOp | SeatOp | LineOp | VotesOp | TrialOp | MeOp | ThoughtOp | NightOp | OverOp;
/** Which seats see an event; told to the all-knowing view alone. */
export type Seen = 'all' | number[];
export interface Item { n: number; at: number; ops: Op[]; seen?: Seen }

export interface SeatOut { seat: number; name: string; agent: string; person: boolean; open: boolean; away: boolean; until: number | null; ready: boolean }
/** Something said beside the table. */
export interface Remark { id: number; at: number; name: string; author: string; seat: number | null; text: string }
export interface Defaulted { ask: string; seat: number; kind: 'vote' | 'judge' | 'act'; reason: string }
export interface MatchOut {
  id: number; title: string; status: string; mode: string; slots: string[]; pace: number; finished: boolean; has_people: boolean; practice: boolean;
  clock: string; parent: number | null; rematch: number | null; private: boolean; commitment: string; error: string; defaulted: Defaulted[];
  insights: { at: number; reason: string }[]; persons: number[]; seats: SeatOut[];
}
export interface Param { value: string; label: string }
export interface Option { verb: string; name: string; label: string; slots: number[][]; params: Param[]; twice: boolean; illegal: Record<string, string>[] }
export interface Barred { verb: 'use'; name: string; label: string; reason: string }
export interface Ask {
  id: string; kind: string; sentence: string; budget: number | null; attempt: number; since: number | null; deadline: number | null;
  given: Record<string, unknown>[] | null; options: Option[]; standing: Option[]; barred: Barred[];
}
export interface Piece {
  seat: number; ask: string; kind: 'start' | 'thought' | 'speech' | 'tool' | 'retry' | 'end' | 'gone'; at: number; text: string; since: number;
}
export interface Thinking { seat: number; since: number; usual: number | null }

export type ServerFrame =
  | { type: 'hello'; match: MatchOut; as: Viewpoint; allowed: Viewpoint[]; withheld: string; me: number | null; now: number; cursor: number }
  | { type: 'events'; items: Item[] }
  | { type: 'live'; thinking: Thinking[]; status: string }
  | { type: 'thinking'; pieces: Piece[] }
  | { type: 'ask'; ask: Ask | null; standing: Option[] }
  | { type: 'ack'; id: string; ok: boolean; code: string; error: string }
  | { type: 'seats'; seats: SeatOut[] }
  | { type: 'gallery'; items: Remark[]; gone: number[] }
  | { type: 'pong'; t: number; now: number }
  | { type: 'error'; error: string; fatal: boolean };

export type Action =
  | { do: 'say'; text: string; channel: string }
  | { do: 'whisper'; to: number; text: string }
  | { do: 'vote'; target: number | null }
  | { do: 'judge'; verdict: VerdictWord }
  | { do: 'use'; ability: string; targets: number[]; param: string }
  | { do: 'will' | 'note' | 'jot'; text: string }
  | { do: 'summarise'; day: number; text: string }
  | { do: 'bid'; level: number }
  | { do: 'pass' | 'leave' };

export interface Moment { n: number; what: 'lynched' | 'spared' | 'died'; name: string; day: number }
export interface MatchCard {
  id: number; title: string; status: string; mode: string; pace: number; has_people: boolean; day: number; phase: string; step: string; fallen: number; living: number[];
  seats: SeatOut[]; open_seats: number[]; outcome: string; winners: string[]; last_line: string; created: number; finished: number | null;
  showcase: boolean; practice: boolean; defaulted: number; watching: number; moments: Moment[];
}
export interface Facet { name: string; choices: { value: string; count: number }[] }
export interface MatchList { matches: MatchCard[]; next: number | null; facets: Facet[]; looser: { without: string; count: number } | null }
export interface Lane {
  name: string; kind: 'own' | 'endpoint'; state: string; wanted: string; stale: boolean; base: string; models: string[]; adapters: string[]; group: string;
  seats: number; limit: number; tokens_per_second: number | null; running: number | null; waiting: number | null; cache_hit_share: number | null;
  kv_usage: number | null; restarts: number; failed: boolean; error: string | null; url: string | null; devices: string;
  seen: number | null; figures_at: number | null; since: number | null;
}
export interface Swap { group: string; lane_from: string; lane_to: string; seconds: number | null; at: number }
export interface LaneList { lanes: Lane[]; swaps: Swap[]; now: number }
export interface Consent { research_ok: boolean; training_ok: boolean }
export interface User extends Consent { name: string; staff: boolean }
export interface Account extends User { pseudonym: string }
export interface Played extends Consent {
  match: number; title: string; mode: string; status: string; over: boolean; seat: number; name: string; role: string; faction: string;
  won: boolean | null; days: number; minutes: number | null; at: number; practice: boolean; counts: boolean;
}
export interface Me { account: Account | null; played: Played[]; records: { faction: string; n: number; won: number }[] }
/** A line of a match that is over. */
export interface LogLine { seq: number; day: number; phase: string; kind: string; seat: number; name: string; text: string }
export interface LabelOut { code: string; present: boolean; by: string; source: string; mine: boolean; blind: boolean; confidence: number | null }
export interface Hit extends Omit<LogLine, 'text'> {
  match: number; role: string | null; faction: string | null; model: string | null; arm: string | null; claim: boolean; truth: string | null;
  parts: { text: string; found: boolean }[]; before: LogLine[]; after: LogLine[]; labels: LabelOut[];
}
export interface LogFacet extends Facet { capped: boolean }
export interface LogPage {
  hits: Hit[]; next: string | null; total: number | null; capped: boolean; facets: LogFacet[]; looser: { without: string; count: number } | null;
  matches: number; may_label: boolean;
}
export interface Slice { name: string; query: Record<string, string | number>; sha256: string; size: number; at: number }
export interface Figure { name: string; unit: string; what: string; value: number | string | null; numerator: number | null; denominator: number | null; censored: boolean; reason: string }
export interface SeatReport { seat: number; name: string; role: string; faction: string; model: string; arm: string; won: boolean; lies: number; claims: number; figures: Figure[] }
/** A moment that stands out, by its number in the all-knowing view. */
export interface LogMark { seq: number; kind: 'claim' | 'lie' | 'label'; seat: number; title: string }
export interface ReportOut {
  match: number; title: string; outcome: string; last: number; figures: Figure[]; seats: SeatReport[]; marks: LogMark[];
  labels: (LabelOut & { seat: number; day: number; quote: string; cites: number[] })[];
}
/** A figure with the ends of its 95 % interval, of n matches or blocks. */
export interface Rate { value: number; low: number; high: number; n: number }
export interface ArmOut {
  name: string; plays: string; total: number; done: number; failed: number; running: number; causes: { cause: string; n: number }[];
  evil: Rate | null; town: Rate | null; undecided: number | null; calls: number; tokens: number;
}
export interface Difference { arm: string; against: string; what: string[]; single: boolean }
export interface Progress { total: number; done: number; failed: number; running: number; waiting: number; per_hour: number | null; seconds_left: number | null; last: number | null }
export interface Estimand {
  name: string; says: string; what: string; arms: string[]; primary: boolean; scale: number; value: number | null; low: number | null; high: number | null; n: number;
  p: number | null; adjusted: number | null; e: number | null; pairs: Record<string, number> | null; discordant: number | null; finding: boolean | null; reason: string;
}
export interface Curve { name: string; points: { x: number; y: number }[] }
export interface RatingOut {
  model: string; side: 'evil' | 'town'; matches: number; blocks: number; wins: number; won: Rate | null; points: Rate | null;
  board: { value: number; low: number; high: number; orders: number } | null; setups: string[]; reason: string;
}
export interface Found { head: string[]; exploratory: string; estimands: Estimand[]; evidence: Curve[]; stop: number | null; ratings: RatingOut[]; matches: number }
export type ExperimentState = 'draft' | 'running' | 'paused' | 'finished' | 'aborted';
export interface ExperimentRow {
  id: number; name: string; question: string; state: ExperimentState; arms: string[]; blocks: number; total: number; done: number; failed: number;
  headline: string; created: number; finished: number | null;
}
export interface ExperimentList { experiments: ExperimentRow[]; now: number }
export interface ExperimentOut {
  id: number; name: string; question: string; state: ExperimentState; note: string; sha256: string; release: string; plan: string; created: number;
  launched: number | null; finished: number | null; progress: Progress; worst: string; arms: ArmOut[]; differences: Difference[]; found: Found | null;
  as_of: number | null; stale: boolean; files: { name: string; size: number; sha256: string }[]; now: number;
}
export interface TrialOut { id: number; block: number; arm: string; ending: string; days: number; cause: string; href: string | null }
export interface TrialList { trials: TrialOut[]; total: number }
export interface Leaderboard {
  ratings: RatingOut[]; setups: string[]; setup: string; matches: number; failed: number; halved: number; experiments: { id: number; name: string; matches: number }[]; as_of: number | null; now: number;
}
export type RunState = 'waiting' | 'running' | 'done' | 'failed' | 'cancelled';
export interface RunRow {
  id: number; name: string; kind: 'sft' | 'grpo'; state: RunState; launched: boolean; cancelling: boolean; stale: boolean; base: string; step: number;
  steps: number | null; seconds: number; figures: { name: string; value: number }[]; error: string; model: string | null; alignment: string | null;
  created: number; finished: number | null;
}
export interface RunList { runs: RunRow[]; now: number }
/** `beside`: what players without a model come to; a `share` goes from 0 to 1. */
export interface RunCurve extends Curve { share: boolean; beside: { player: string; value: number }[] }
export interface RunPhase { name: string; first: number }
export interface TrialRow {
  when: string; how: string; asks: number; shares: { column: string; share: (Rate & { n: number }) | null }[]; distinct: number | null; reward: number | null; understood: number | null;
}
export interface SampleAnswer { text: string; reward: number; outcome: number | null; times: number }
export interface Sample { point: string; role: string; prompt: string; scripted: string; answers: SampleAnswer[] }
export interface Checkpoint { step: number; samples: Sample[] }
export interface GameLine { kind: 'phase' | 'line' | 'answer'; text: string; problem: string }
export interface SampleGame { step: number; match: string; player: string; role: string; won: boolean; days: number; asked: number; taken: number; lines: GameLine[] }
export interface RunOut extends RunRow {
  config: string; data_sha256: string; weights_sha256: string; folder: string; curves: RunCurve[]; phases: RunPhase[]; trials: TrialRow[]; held_out_trials: TrialRow[];
  held_out_role: string; tried_at: number; checkpoints: Checkpoint[]; older_samples: number; first_sampled: number | null; games: SampleGame[]; older_games: number; games_kept: boolean; log: string[]; now: number;
}
export interface Initial extends Partial<Omit<LogPage, 'matches'>> {
  page: 'home' | 'match' | 'me' | 'rules' | 'lobby' | 'lanes' | 'compare' | 'logs' | 'report' | 'experiments' | 'experiment' | 'leaderboard' | 'training' | 'training-run' | 'saved'; matches?: number; lanes?: Lane[]; swaps?: Swap[]; roles: string[]; live?: MatchCard[]; ended?: MatchList; account?: Account | null; played?: Played[]; records?: Me['records']; match?: MatchOut; user: User | null; csrf: string; now: number;
}
