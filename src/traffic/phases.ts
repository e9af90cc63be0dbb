import type { ExchangeFacts } from './facts.ts';

/** A phase of an exchange, in milliseconds from its start. */
export interface Phase {
  readonly name: 'connect' | 'send' | 'wait' | 'receive' | 'answer';
  readonly what: string;
  readonly fromMs: number;
  readonly toMs: number;
}

type Times = Pick<ExchangeFacts, 'connectedMs' | 'sentMs' | 'firstByteMs' | 'ms'>;

/** The phases that happened, in order. */
export function readPhases({ connectedMs, sentMs, firstByteMs, ms }: Times): readonly Phase[] {
  if (connectedMs === undefined) return [{ name: 'answer', what: 'the proxy answered itself', fromMs: 0, toMs: ms }];
  const sent = sentMs ?? firstByteMs ?? ms;
  const answered = Math.max(sent, firstByteMs ?? ms);
  const phases: readonly Phase[] = [
    { name: 'connect', what: 'checks of the proxy, and a connection to MK.IO', fromMs: 0, toMs: connectedMs },
    { name: 'send', what: 'the request is written', fromMs: connectedMs, toMs: sent },
    { name: 'wait', what: 'MK.IO works on it', fromMs: sent, toMs: answered },
    { name: 'receive', what: 'the answer is passed on', fromMs: answered, toMs: ms },
  ];
  return firstByteMs === undefined ? phases.slice(0, -1) : phases;
}
