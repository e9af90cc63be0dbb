import { describe, expect, test } from 'vitest';
import { readPhases } from '../../src/traffic/phases.ts';

describe('the phases of an exchange', () => {
  test('follow one another from the beginning to the end', () => {
    const phases = readPhases({ connectedMs: 1, sentMs: 3, firstByteMs: 10, ms: 12 });
    expect(phases.map(({ name, fromMs, toMs }) => [name, fromMs, toMs])).toEqual([
      ['connect', 0, 1],
      ['send', 1, 3],
      ['wait', 3, 10],
      ['receive', 10, 12],
    ]);
  });

  test.each([
    ['the proxy answered itself', { connectedMs: undefined, sentMs: undefined, firstByteMs: undefined }, ['answer']],
    ['MK.IO never answered', { connectedMs: 1, sentMs: 2, firstByteMs: undefined }, ['connect', 'send', 'wait']],
    ['MK.IO answered early', { connectedMs: 1, sentMs: 8, firstByteMs: 4 }, ['connect', 'send', 'wait', 'receive']],
    [
      'it was never all sent',
      { connectedMs: 1, sentMs: undefined, firstByteMs: 4 },
      ['connect', 'send', 'wait', 'receive'],
    ],
  ])('never go back in time if %s', (_, times, names) => {
    const phases = readPhases({ ...times, ms: 9 });
    expect(phases.map(({ name }) => name)).toEqual(names);
    for (const { fromMs, toMs } of phases) expect(toMs).toBeGreaterThanOrEqual(fromMs);
  });
});
