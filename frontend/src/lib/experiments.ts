// How figures of experiments are put into words and places: pure, so that it can be tested without a page.
import type { Estimand, ExperimentState, Progress, Rate, RatingOut } from './frames';
import { seconds } from './lanes';

/** A row of a figure: where a value and its interval lie, and what it is called. */
export interface Row { key: string; name: string; about: string; value: number; low: number; high: number; words: string; tone: 'plain' | 'found' | 'evil' | 'town' }

const minus = (text: string): string => text.replace('-', '−');
export const percent = (share: number): string => `${Math.round(share * 100)} %`;
/** A number with a sign, as many digits as say something. */
const RAISED = '⁰¹²³⁴⁵⁶⁷⁸⁹';

/** An e-value in few digits: 0.05, 1.40, 40, 1,250, 4.3 × 10³². */
export function weight(e: number): string {
  const places = e < 10 && !Number.isInteger(e) ? 2 : 0;
  if (e >= 0.01 && e < 100_000) return e.toLocaleString('en', { minimumFractionDigits: places, maximumFractionDigits: places });
  const [digits = '', power = '0'] = e.toExponential(1).split('e');
  const raised = [...power.replace('+', '')].map((one) => (one === '-' ? '⁻' : RAISED[Number(one)])).join('');
  return `${digits === '1.0' ? '' : `${digits} × `}10${raised}`;
}

export function signed(value: number, digits = 1): string {
  return minus(`${value > 0 ? '+' : ''}${value.toFixed(digits)}`);
}
export function counted(n: number, what: string): string {
  return `${n.toLocaleString('en')} ${n === 1 ? what.replace(/(ches|s)$/, (end) => (end === 'ches' ? 'ch' : '')) : what}`;
}

export const rated = (rate: Rate | null): string => (rate ? `${percent(rate.value)} [${percent(rate.low)}, ${percent(rate.high)}]` : '–');

/** An estimand in words: its value with interval and blocks, or why it has none. */
export function said(one: Estimand): string {
  if (one.value === null || one.low === null || one.high === null) return one.reason || 'nothing to compare yet';
  const [value, low, high] = [one.value, one.low, one.high].map((part) => part * one.scale);
  const digits = one.scale === 100 ? 1 : 2;
  const unit = one.scale === 100 ? ' points' : '';
  return `${signed(value!, digits)}${unit} [${signed(low!, digits)}, ${signed(high!, digits)}], ${counted(one.n, 'blocks')}`;
}

/** Whether an estimand with few blocks should warn of itself. */
export function early(one: Estimand): string {
  if (one.low === null || one.high === null || one.scale !== 100) return '';
  const half = ((one.high - one.low) / 2) * 100;
  return half > 15 ? `${counted(one.n, 'blocks')}: the interval is ±${Math.round(half)} points` : '';
}

export function rowsOf(estimands: Estimand[]): Row[] {
  return estimands
    .filter((one) => one.value !== null)
    .map((one) => ({
      key: one.name, name: one.name, about: one.says || one.what, words: said(one), tone: one.finding ? 'found' : 'plain',
      value: one.value! * one.scale, low: one.low! * one.scale, high: one.high! * one.scale,
    }));
}

export function ratingRows(ratings: RatingOut[], side: string): Row[] {
  return ratings
    .filter((one) => one.side === side && one.points)
    .map((one) => ({
      key: one.model, name: one.model, about: `as ${side}`, tone: one.side, ...one.points!,
      words: `${Math.round(one.points!.value)} [${Math.round(one.points!.low)}, ${Math.round(one.points!.high)}], ${counted(one.matches, 'matches')}`,
    }));
}

/** The places of a scale that holds all rows, round numbers, with `around` on it. */
export function scaleOf(rows: { low: number; high: number }[], around: number): { from: number; to: number; ticks: number[] } {
  const far = Math.max(1e-9, ...rows.flatMap((row) => [Math.abs(row.low - around), Math.abs(row.high - around)]));
  const raw = far / 2;
  const power = 10 ** Math.floor(Math.log10(raw));
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((one) => one >= raw)!;
  const count = Math.ceil(far / step);
  const ticks = Array.from({ length: 2 * count + 1 }, (_, at) => around + (at - count) * step);
  return { from: ticks[0]!, to: ticks.at(-1)!, ticks };
}

/** Groups of neighbours whose intervals overlap: within one, the order says nothing. */
export function tied(rows: { low: number; high: number }[]): number[] {
  let group = 0;
  let reach = Infinity;
  return rows.map((row, at) => {
    if (at && row.high < reach) {
      group++;
      reach = row.low;
    } else reach = at ? Math.max(reach, row.low) : row.low;
    return group;
  });
}

const STATES: Record<ExperimentState, { glyph: string; word: string; tone: string }> = {
  draft: { glyph: '○', word: 'draft', tone: 'quiet' }, running: { glyph: '◔', word: 'running', tone: 'warn' },
  paused: { glyph: '❚❚', word: 'paused', tone: 'quiet' }, finished: { glyph: '●', word: 'finished', tone: 'good' },
  aborted: { glyph: '✕', word: 'aborted', tone: 'bad' },
};
export const standing = (state: ExperimentState): { glyph: string; word: string; tone: string } => STATES[state];

/** How far it is, in a sentence. */
export function farness(progress: Progress, state: ExperimentState): string {
  const parts = [`${progress.done.toLocaleString('en')} of ${counted(progress.total, 'matches')}`];
  if (progress.failed) parts.push(`${progress.failed.toLocaleString('en')} failed`);
  if (state === 'running') {
    if (progress.running) parts.push(`${progress.running} being played`);
    if (progress.per_hour) parts.push(`${Math.round(progress.per_hour).toLocaleString('en')} an hour`);
    if (progress.seconds_left !== null) parts.push(`about ${seconds(progress.seconds_left * 1000)} left`);
  }
  return parts.join(' · ');
}

/** Wishes for the trials behind a pair of arms, by how the two matches of a block came out. */
export const PAIRS: Record<string, string> = { only: 'only in the first', other: 'only in the second', both: 'in both', neither: 'in neither' };

export function size(bytes: number): string {
  return bytes < 1024 ? `${bytes} B` : bytes < 1_048_576 ? `${Math.round(bytes / 1024)} kB` : `${(bytes / 1_048_576).toFixed(1)} MB`;
}
