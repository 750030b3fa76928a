// How training runs are said and drawn: pure, so that it can be tested without a page.
import { percent } from './experiments';
import type { Checkpoint, RunCurve, RunOut, RunPhase, RunRow, TrialRow } from './frames';
import { seconds, type Tone } from './lanes';

export interface How { tone: Tone; glyph: string; word: string }

const STATES: Record<RunRow['state'], How> = {
  waiting: { tone: 'quiet', glyph: '○', word: 'waiting' }, running: { tone: 'warn', glyph: '◔', word: 'training' },
  done: { tone: 'good', glyph: '●', word: 'done' }, failed: { tone: 'bad', glyph: '✕', word: 'failed' },
  cancelled: { tone: 'quiet', glyph: '❚❚', word: 'cancelled' },
};

/** How a run stands, in a word. */
export function standing(run: RunRow): How {
  if (run.stale) return { tone: 'warn', glyph: '?', word: 'no sign of life' };
  if (run.cancelling) return { tone: 'warn', glyph: '◐', word: 'being cancelled' };
  if (run.state === 'waiting') return { ...STATES.waiting, word: run.launched ? 'waiting for a worker' : 'not launched' };
  return STATES[run.state];
}

export const kindOf = (run: RunRow): string => (run.kind === 'sft' ? 'fine-tuning' : 'reinforcement');

/** How far a run is, in a sentence. */
export function farness(run: RunRow): string {
  if (!run.step) return run.state === 'running' ? 'Loading model and rows.' : 'No step yet.';
  const parts = [`step ${run.step.toLocaleString('en')}${run.steps ? ` of ${run.steps.toLocaleString('en')}` : ''}`, `${seconds(run.seconds * 1000)} of training`];
  if (run.state === 'running' && run.steps && run.steps > run.step) parts.push(`about ${seconds((run.seconds / run.step) * (run.steps - run.step) * 1000)} left`);
  return parts.join(' · ');
}

/** A figure with as many digits as say something. */
export function figure(value: number): string {
  const size = Math.abs(value);
  if (Number.isInteger(value) && size < 1000) return String(value).replace('-', '−');
  const text = size >= 1000 || size < 0.001 ? value.toExponential(1) : value.toPrecision(3);
  return text.replace('-', '−');
}

/** What a figure is called on the page. */
export const named = (name: string): string => name.replaceAll('_', ' ');

/** What may be done to a run. */
export function deeds(run: RunRow): ('launch' | 'cancel' | 'resume')[] {
  if (run.state === 'waiting') return run.launched ? ['cancel'] : ['launch', 'cancel'];
  if (run.state === 'running') return run.cancelling ? [] : ['cancel'];
  return run.state === 'done' ? [] : ['resume'];
}

// Curves ----------------------------------------------------------------------------------------------------------

const WORTH = ['reward_mean', 'format', 'legal', 'target', 'active', 'understood', 'outcome'];
const PLAYERS: Record<string, string> = { passive: 'passes', random: 'random', scripted: 'script' };
const PHASES: Record<string, string> = { warm: 'warm start', grpo: 'GRPO', episode: 'whole matches' };
const APART = 0.16; // of a plot's height: what a line of small letters takes

/** What a player without a model is called beside a curve. */
export const playerOf = (player: string): string => PLAYERS[player] ?? named(player);
/** A value of a curve in its own unit. */
export const valued = (curve: RunCurve, value: number): string => (curve.share ? percent(value) : figure(value));

/** The newest figures of a run that say most. */
export function newest(run: RunRow): RunRow['figures'] {
  const worth = run.kind === 'grpo' ? WORTH.flatMap((name) => run.figures.filter((one) => one.name === name)) : [];
  return (worth.length ? worth : run.figures).slice(0, 4);
}

/** Curves of one kind; `still` are those that never changed, which no drawing makes clearer. */
export interface Gathered { title: string; curves: RunCurve[]; still: RunCurve[] }

/** The curves of a run by what they tell. */
export function arranged(run: RunOut): Gathered[] {
  if (run.kind === 'sft') return [{ title: '', curves: run.curves, still: [] }];
  const worth = WORTH.flatMap((name) => run.curves.filter((one) => one.name === name));
  const rest = run.curves.filter((one) => !WORTH.includes(one.name));
  const isStill = (one: RunCurve): boolean => one.points.length > 1 && one.points.every((point) => point.y === one.points[0]?.y);
  return [
    { title: 'What its answers are worth', curves: worth, still: [] },
    { title: 'How it learns', curves: rest.filter((one) => !isStill(one)), still: rest.filter(isStill) },
  ].filter((one) => one.curves.length + one.still.length);
}

/** The phases of a run as parts of its width. None where there is but one way of learning. */
export function parts(phases: RunPhase[], last: number): { name: string; from: number; to: number }[] {
  if (phases.length < 2) return [];
  const ends = [...phases.slice(1).map((one) => one.first - 1), last];
  return phases.map((one, at) => ({ name: PHASES[one.name] ?? named(one.name), from: (one.first - 1) / last, to: ends[at]! / last }));
}

export interface Level { player: string; value: number; at: number; label: number }
export interface Drawing { path: string; top: number; bottom: number; levels: Level[] }

/** The line of a curve in a box over all steps, the values at its top and bottom, and how far down others stand. */
export function drawn(curve: RunCurve, last: number, width: number, height: number): Drawing {
  const [bottom, top] = rangeOf(curve);
  const x = (step: number): number => (step / Math.max(1, last)) * width;
  const down = (value: number): number => (top - value) / (top - bottom);
  const path = curve.points.map((point, at) => `${at ? 'L' : 'M'}${x(point.x).toFixed(1)} ${(down(point.y) * height).toFixed(1)}`).join('');
  const levels = curve.beside.map((one) => ({ ...one, at: down(one.value), label: down(one.value) })).sort((one, other) => one.at - other.at);
  return { path, top, bottom, levels: spaced(levels) };
}

function rangeOf(curve: RunCurve): [number, number] {
  if (curve.share) return [0, 1];
  const values = [...curve.points.map((point) => point.y), ...curve.beside.map((one) => one.value)];
  const [low, high] = [Math.min(...values), Math.max(...values)];
  return low === high ? [low - (Math.abs(low) || 1) / 2, high + (Math.abs(high) || 1) / 2] : [low, high];
}

/** Labels that lie beneath each other, none on another and all within the box. */
function spaced(levels: Level[]): Level[] {
  let room = 0;
  const pushed = levels.map((one) => {
    const label = Math.max(one.label, room);
    room = label + APART;
    return { ...one, label };
  });
  let floor = 1;
  return pushed.reverse().map((one) => {
    const label = Math.min(one.label, floor);
    floor = label - APART;
    return { ...one, label };
  }).reverse();
}

// Trials ----------------------------------------------------------------------------------------------------------

const TIMES: Record<string, string> = { passive: 'always passes', random: 'random', scripted: 'script', before: 'before', warm: 'after the warm start', after: 'at the end' };

/** Who was tried, and how the model answered. */
export const triedAs = (row: TrialRow): string => `${TIMES[row.when] ?? named(row.when)}${row.how === 'script' ? '' : `, ${row.how}`}`;
/** A share of a trial in per cent, with its interval. */
export function cell(row: TrialRow, column: string): string {
  const share = row.shares.find((one) => one.column === column)?.share;
  if (!share) return '–';
  const [value, low, high] = [share.value, share.low, share.high].map((part) => Math.round(100 * part));
  return `${value} [${low}, ${high}]`;
}
/** What an answer earns. */
export const worth = (reward: number): string => reward.toFixed(2).replace('-', '−');

/** Why there is no trial to be seen, or what is still to come; empty: all is there. */
export function awaited(run: RunOut): string {
  const live = run.state === 'running' || run.state === 'waiting';
  if (!run.tried_at) return 'The configuration has it tried at no held-out point (trial.asks).';
  if (!run.trials.length) return live ? `It is tried at ${run.tried_at} held-out points before its first step, after the warm start and at its end.` : 'It ended before anything was tried.';
  if (run.trials.some((row) => row.when === 'after')) return '';
  if (!live) return 'It ended before it was tried for the last time.';
  const warming = run.phases.at(-1)?.name === 'warm' && !run.trials.some((row) => row.when === 'warm');
  return `It is tried again ${warming ? 'after the warm start and ' : ''}at its end.`;
}

// Samples ---------------------------------------------------------------------------------------------------------

/** Why there is no sample to be seen. */
export function unsampled(run: RunOut): string {
  const first = run.first_sampled;
  if (first === null) return 'The configuration has none kept (samples).';
  if (run.steps && first > run.steps) return `None is kept: the first would be at step ${first}, and it has ${run.steps} (save_steps).`;
  return run.state === 'running' || run.state === 'waiting' ? `The first are kept at step ${first}.` : `It ended before step ${first}, the first at which some are kept.`;
}

/** Why no sample game is there. */
export function ungamed(run: RunOut): string {
  return run.state === 'running' || run.state === 'waiting' ? 'The first is played at the first checkpoint after the warm start.' : 'It ended before its first sample game.';
}

/** What the answers of a checkpoint earned, in the mean. */
export function earned(checkpoint: Checkpoint): number {
  const answers = checkpoint.samples.flatMap((one) => one.answers);
  const count = answers.reduce((sum, one) => sum + one.times, 0);
  return answers.reduce((sum, one) => sum + one.reward * one.times, 0) / Math.max(1, count);
}
