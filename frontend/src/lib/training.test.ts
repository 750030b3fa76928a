import { describe, expect, it } from 'vitest';
import type { RunRow } from './frames';
import { deeds, drawn, farness, figure, standing } from './training';

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
    expect([2.39815, 0.00001, -0.25, 0, 12345].map(figure)).toEqual(['2.40', '1.0e−5', '−0.250', '0', '1.2e+4']);
  });

  it('is drawn from its lowest to its highest value', () => {
    const curve = { name: 'loss', points: [{ x: 1, y: 4 }, { x: 2, y: 2 }] };
    expect(drawn(curve, 100, 50)).toEqual({ path: 'M50.0 0.0L100.0 50.0', top: 4, bottom: 2, last: 2 });
    expect(drawn({ name: 'flat', points: [{ x: 1, y: 0 }] }, 100, 50).path).toBe('M100.0 25.0');
  });
});
