// How training runs are said and drawn: pure, so that it can be tested without a page.
import type { Curve, RunRow } from './frames';
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
  if (value === 0) return '0';
  const size = Math.abs(value);
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

/** The line of a curve in a box, and the values at its top and bottom. */
export function drawn(curve: Curve, width: number, height: number): { path: string; top: number; bottom: number; last: number } {
  const values = curve.points.map((point) => point.y);
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const [bottom, top] = low === high ? [low - (Math.abs(low) || 1) / 2, high + (Math.abs(high) || 1) / 2] : [low, high];
  const last = Math.max(1, ...curve.points.map((point) => point.x));
  const x = (step: number): number => (step / last) * width;
  const y = (value: number): number => ((top - value) / (top - bottom)) * height;
  const path = curve.points.map((point, at) => `${at ? 'L' : 'M'}${x(point.x).toFixed(1)} ${y(point.y).toFixed(1)}`).join('');
  return { path, top, bottom, last };
}
