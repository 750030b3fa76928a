import { describe, expect, it } from 'vitest';
import type { RunCurve, RunOut, RunRow, TrialRow } from './frames';
import { arranged, awaited, cell, deeds, drawn, earned, farness, figure, newest, parts, standing, triedAs, unsampled } from './training';

const RUN: RunRow = {
  id: 1, name: 'us/sums', kind: 'sft', state: 'running', launched: true, cancelling: false, stale: false, base: 'b', step: 20, steps: 60, seconds: 40,
  figures: [], error: '', model: null, alignment: null, created: 0, finished: null,
};

describe('a training run', () => {
  it('stands as its row says', () => {
    expect(standing(RUN).word).toBe('training');
    expect(standing({ ...RUN, cancelling: true }).word).toBe('being cancelled');
    expect(standing({ ...RUN, stale: true }).word).toBe('no sign of life');
    expect(standing({ ...RUN, state: 'waiting', launched: false }).word).toBe('not launched');
  });

  it('says how far it is, and what is left', () => {
    expect(farness(RUN)).toBe('step 20 of 60 · 40 s of training · about 1 min left');
    expect(farness({ ...RUN, state: 'done', step: 60 })).toBe('step 60 of 60 · 40 s of training');
    expect(farness({ ...RUN, step: 0 })).toBe('Loading model and rows.');
  });

  it('may be changed as its state allows', () => {
    expect(deeds(RUN)).toEqual(['cancel']);
    expect(deeds({ ...RUN, cancelling: true })).toEqual([]);
    expect(deeds({ ...RUN, state: 'failed' })).toEqual(['resume']);
    expect(deeds({ ...RUN, state: 'done' })).toEqual([]);
    expect(deeds({ ...RUN, state: 'waiting', launched: false })).toEqual(['launch', 'cancel']);
  });

  it('has figures with as many digits as say something', () => {
    expect([2.39815, 0.00001, -0.25, 0, -8, 12345].map(figure)).toEqual(['2.40', '1.0e−5', '−0.250', '0', '−8', '1.2e+4']);
  });

  it('tells the newest figures that say most', () => {
    const figures = ['reward_mean', 'reward_std', 'groups', 'format', 'legal'].map((name) => ({ name, value: 1 }));
    expect(newest({ ...RUN, figures }).map((one) => one.name)).toEqual(['reward_mean', 'reward_std', 'groups', 'format']);
    expect(newest({ ...RUN, kind: 'grpo', figures }).map((one) => one.name)).toEqual(['reward_mean', 'format', 'legal']);
    expect(newest({ ...RUN, kind: 'grpo', figures: [{ name: 'loss', value: 2 }] })).toEqual([{ name: 'loss', value: 2 }]);
  });
});

const CURVE: RunCurve = { name: 'loss', points: [{ x: 1, y: 4 }, { x: 2, y: 2 }], share: false, beside: [] };
const beside = (...values: number[]): RunCurve['beside'] => values.map((value, at) => ({ player: `p${at}`, value }));
const MORE: RunOut = {
  ...RUN, kind: 'grpo', config: '', data_sha256: '', weights_sha256: '', folder: '', curves: [], phases: [], trials: [], held_out_trials: [], held_out_role: 'Lookout',
  tried_at: 200, checkpoints: [], older_samples: 0, games: [], older_games: 0, games_kept: false, first_sampled: 32, log: [], now: 0,
};

describe('a curve of a run', () => {
  it('is drawn from its lowest to its highest value, over all steps', () => {
    expect(drawn(CURVE, 2, 100, 50)).toEqual({ path: 'M50.0 0.0L100.0 50.0', top: 4, bottom: 2, levels: [] });
    expect(drawn(CURVE, 4, 100, 50).path).toBe('M25.0 0.0L50.0 50.0');
    expect(drawn({ ...CURVE, points: [{ x: 1, y: 0 }] }, 1, 100, 50).path).toBe('M100.0 25.0');
  });

  it('has room for what stands beside it, and a share all of its scale', () => {
    const found = drawn({ ...CURVE, beside: beside(0, 5) }, 2, 100, 50);
    expect([found.bottom, found.top]).toEqual([0, 5]);
    expect(drawn({ ...CURVE, points: [{ x: 1, y: 0.5 }], share: true }, 2, 100, 50)).toMatchObject({ bottom: 0, top: 1 });
  });

  it('has labels that do not lie on each other', () => {
    for (const values of [[1, 1, 1], [0, 0, 0], [0.5, 0.52, 0.9]]) {
      const labels = drawn({ ...CURVE, points: [], share: true, beside: beside(...values) }, 2, 100, 50).levels.map((one) => one.label);
      expect(Math.min(...labels)).toBeGreaterThanOrEqual(0);
      expect(Math.max(...labels)).toBeLessThanOrEqual(1);
      for (const [at, label] of labels.entries()) if (at) expect(label - labels[at - 1]!).toBeGreaterThanOrEqual(0.159);
    }
  });

  it('is parted where the way of learning changes', () => {
    expect(parts([{ name: 'warm', first: 1 }, { name: 'grpo', first: 25 }], 40)).toEqual([{ name: 'warm start', from: 0, to: 0.6 }, { name: 'GRPO', from: 0.6, to: 1 }]);
    expect(parts([{ name: 'warm', first: 1 }], 40)).toEqual([]);
  });

  it('stands with those that tell the same', () => {
    const curves = ['loss', 'reward_mean', 'active', 'format'].map((name) => ({ ...CURVE, name }));
    expect(arranged({ ...MORE, curves }).map((one) => one.curves.map((each) => each.name))).toEqual([['reward_mean', 'format', 'active'], ['loss']]);
    expect(arranged({ ...MORE, kind: 'sft', curves })).toEqual([{ title: '', curves, still: [] }]);
    const still = { ...CURVE, name: 'groups', points: [{ x: 1, y: 4 }, { x: 2, y: 4 }] };
    expect(arranged({ ...MORE, curves: [CURVE, still] })).toEqual([{ title: 'How it learns', curves: [CURVE], still: [still] }]);
  });
});

describe('trials and samples of a run', () => {
  const row: TrialRow = { when: 'warm', how: 'greedy', asks: 200, shares: [{ column: 'legal', share: { value: 0.8, low: 0.74, high: 0.85, n: 200 } }, { column: 'acts', share: null }], distinct: 1, reward: 0.8, understood: null };

  it('say who was tried, and shares with their intervals', () => {
    expect([triedAs(row), triedAs({ ...row, when: 'passive', how: 'script' })]).toEqual(['after the warm start, greedy', 'always passes']);
    expect([cell(row, 'legal'), cell(row, 'acts')]).toEqual(['80 [74, 85]', '–']);
  });

  it('say what is still to come, or why it is not there', () => {
    expect(awaited(MORE)).toContain('at 200 held-out points');
    expect(awaited({ ...MORE, trials: [row] })).toBe('It is tried again at its end.');
    expect(awaited({ ...MORE, trials: [{ ...row, when: 'before' }], phases: [{ name: 'warm', first: 1 }] })).toBe('It is tried again after the warm start and at its end.');
    expect(awaited({ ...MORE, trials: [{ ...row, when: 'after' }] })).toBe('');
    expect(awaited({ ...MORE, trials: [row], state: 'failed' })).toBe('It ended before it was tried for the last time.');
    expect(awaited({ ...MORE, state: 'failed' })).toBe('It ended before anything was tried.');
    expect(awaited({ ...MORE, tried_at: 0 })).toContain('at no held-out point');
    expect(unsampled(MORE)).toBe('The first are kept at step 32.');
    expect(unsampled({ ...MORE, steps: 30 })).toContain('None is kept');
    expect(unsampled({ ...MORE, state: 'cancelled' })).toContain('It ended before step 32');
    expect(unsampled({ ...MORE, first_sampled: null })).toContain('has none kept');
  });

  it('count every answer of a checkpoint', () => {
    const answers = [{ text: 'a', reward: 1, outcome: null, times: 3 }, { text: 'b', reward: 0, outcome: null, times: 1 }];
    expect(earned({ step: 8, samples: [{ point: '', role: '', prompt: '', scripted: '', answers }] })).toBe(0.75);
  });
});
