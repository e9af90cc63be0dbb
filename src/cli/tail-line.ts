import { styleText } from 'node:util';
import type { ExchangeSummary } from '../admin/exchange-view.ts';
import { renderDuration, renderSize, renderTime } from '../text/figures.ts';
import { printable } from '../text/unseen.ts';

export interface LineStyle {
  readonly colours: boolean;
  /** Columns of the terminal; undefined: lines are not truncated. */
  readonly width: number | undefined;
}

type Colour = Parameters<typeof styleText>[0];

const TIME = 8;
const METHOD = 7;
const STATUS = 3;
const DURATION = 9;
const SIZE = 8;
/** Width of the other columns and all gaps. */
const BESIDE_SUBJECT = TIME + 1 + METHOD + STATUS + DURATION + SIZE + 6;
const LEAST_SUBJECT = 12;
const SUBJECT = 44;

/** `15:04:05 → GET     List assets            200   12.3 ms   1.5 KB`, then anything unusual. */
export function renderExchangeLine(exchange: ExchangeSummary, { colours, width }: LineStyle): string {
  const paint = (colour: Colour, text: string): string =>
    colours ? styleText(colour, text, { validateStream: false }) : text;
  const { status, method, ms, bytes } = exchange;
  const unusual = renderUnusual(exchange);
  const room = width === undefined ? SUBJECT : width - BESIDE_SUBJECT - (unusual === '' ? 0 : unusual.length + 1);
  const subject = fit(renderSubject(exchange), Math.max(LEAST_SUBJECT, room), width !== undefined);
  const columns = [
    paint('dim', renderTime(exchange.receivedAtMs).slice(0, TIME)),
    paint(colourOf(exchange), arrowOf(exchange)),
    paint('bold', printable(method).padEnd(METHOD)),
    subject,
    paint(colourOf(exchange), String(status ?? '-').padStart(STATUS)),
    renderDuration(ms).padStart(DURATION),
    paint('dim', renderSize(bytes).padStart(SIZE)),
  ];
  return unusual === '' ? columns.join(' ') : `${columns.join(' ')} ${paint(colourOf(exchange), unusual)}`;
}

/** Whether MK.IO or the proxy answered. */
const arrowOf = ({ answeredBy }: ExchangeSummary): string => (answeredBy === 'upstream' ? '→' : '×');

function colourOf({ status = 0, ending }: ExchangeSummary): Colour {
  if (status >= 500 || ending === 'truncated') return 'red';
  if (status >= 400 || ending === 'cancelled') return 'yellow';
  return 'green';
}

function renderSubject({ operationName, project, target }: ExchangeSummary): string {
  if (operationName === undefined) return printable(target);
  return project === undefined ? operationName : `${operationName} (${printable(project)})`;
}

function renderUnusual({ code, upstreamCode, ref, ending, retries, replayOf }: ExchangeSummary): string {
  const marks = [ending === 'complete' ? undefined : ending, retries && 'repeated', replayOf && 'replay'];
  const words = [code, upstreamCode, ref, ...marks];
  return printable(words.filter((word) => word !== undefined).join(' '));
}

function fit(text: string, columns: number, cuts: boolean): string {
  return cuts && text.length > columns ? `${text.slice(0, columns - 1)}…` : text.padEnd(columns);
}
