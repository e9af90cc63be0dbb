import type { VirtualItem } from '@tanstack/virtual-core';
import { elementScroll, observeElementOffset, observeElementRect, Virtualizer } from '@tanstack/virtual-core';
import type { RefObject } from 'preact';
import { useLayoutEffect, useMemo, useReducer } from 'preact/hooks';

interface Rows {
  readonly count: number;
  readonly rowPx: number;
  readonly scroller: RefObject<HTMLElement | null>;
  /** Height of the fixed head above the rows. */
  readonly headPx?: number;
}

export interface VirtualRows {
  /** `start` is the offset from the first row. */
  readonly items: readonly Pick<VirtualItem, 'index' | 'start'>[];
  readonly totalPx: number;
  readonly scrollTo: (index: number) => void;
}

/** The visible rows of a long list with equal heights, and a few around them. */
export function useVirtualRows({ count, rowPx, scroller, headPx = 0 }: Rows): VirtualRows {
  const [, redraw] = useReducer((turns: number) => turns + 1, 0);
  const options = {
    count,
    estimateSize: () => rowPx,
    getScrollElement: () => scroller.current,
    observeElementRect,
    observeElementOffset,
    scrollToFn: elementScroll,
    overscan: 8,
    scrollMargin: headPx,
    scrollPaddingStart: headPx,
    onChange: () => redraw(undefined),
  };
  const virtualizer = useMemo(() => new Virtualizer<HTMLElement, HTMLElement>(options), []);
  virtualizer.setOptions(options);
  useLayoutEffect(() => virtualizer._didMount(), [virtualizer]);
  useLayoutEffect(() => virtualizer._willUpdate());
  useLayoutEffect(() => virtualizer.measure(), [virtualizer, rowPx, headPx]);
  return {
    items: virtualizer.getVirtualItems().map(({ index, start }) => ({ index, start: start - headPx })),
    totalPx: virtualizer.getTotalSize(),
    scrollTo: (index) => virtualizer.scrollToIndex(index, { align: 'auto' }),
  };
}
