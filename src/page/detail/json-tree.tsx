import type { JSX } from 'preact';
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { Folds, JsonLine } from './json-lines.ts';
import { findInJson, listFoldable, listJsonLines, pathsAbove } from './json-lines.ts';
import { Text } from '../text.tsx';
import { useVirtualRows } from '../virtual-rows.ts';

const LINE_PX = 22;
const MAX_LINES_SHOWN = 26;

/** Foldable, searchable JSON. Arrow keys move and fold. */
export function JsonTree({ root }: { readonly root: object }): JSX.Element {
  const [folds, setFolds] = useState<Folds>(new Map());
  const [query, setQuery] = useState('');
  const [hit, setHit] = useState(0);
  const [current, setCurrent] = useState('');
  const found = useMemo(() => findInJson(root, query), [root, query]);
  const hits = useMemo(() => new Set(found), [found]);
  const lines = useMemo(() => listJsonLines(root, folds, pathsAbove(found)), [root, folds, found]);
  const scroller = useRef<HTMLDivElement>(null);
  const rows = useVirtualRows({ count: lines.length, rowPx: LINE_PX, scroller });
  const at = Math.max(
    0,
    lines.findIndex(({ path }) => path === current),
  );

  const fold = (path: string, isOpen: boolean): void => setFolds(new Map(folds).set(path, isOpen));
  const go = (index: number): void => {
    const line = lines[Math.max(0, Math.min(lines.length - 1, index))];
    if (line !== undefined) setCurrent(line.path);
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const line = lines[at];
    if (line === undefined) return;
    const { path, isOpen } = line;
    const keys: Readonly<Record<string, () => void>> = {
      ArrowDown: () => go(at + 1),
      ArrowUp: () => go(at - 1),
      ArrowRight: () => (isOpen === false ? fold(path, true) : go(at + 1)),
      ArrowLeft: () => (isOpen === true ? fold(path, false) : setCurrent(parentOf(path))),
      Enter: () => isOpen !== undefined && fold(path, !isOpen),
    };
    const act = keys[event.key];
    if (act === undefined) return;
    act();
    event.preventDefault();
  };
  useEffect(() => rows.scrollTo(at), [current]);
  useEffect(() => {
    if (found.length > 0) setCurrent(found[hit % found.length] ?? '');
  }, [found, hit]);

  const isDrawn = rows.items.some(({ index }) => index === at);
  return (
    <div class="json">
      <div class="modes">
        <input
          type="search"
          placeholder="Search in names and values"
          aria-label="Search in the body"
          value={query}
          onInput={(event) => {
            setQuery(event.currentTarget.value);
            setHit(0);
          }}
          onKeyDown={(event) => {
            if (event.key === 'Enter') setHit(hit + (event.shiftKey ? found.length - 1 : 1));
          }}
        />
        <output class="count">{query !== '' && renderHits(found.length, hit)}</output>
        <button type="button" onClick={() => setFolds(new Map(listFoldable(root).map((path) => [path, true])))}>
          Unfold all
        </button>
        <button type="button" onClick={() => setFolds(new Map(listFoldable(root).map((path) => [path, path === ''])))}>
          Fold all
        </button>
      </div>
      <div
        ref={scroller}
        class="tree scrolls"
        role="tree"
        tabIndex={0}
        aria-label="Body as a tree"
        {...(isDrawn && { 'aria-activedescendant': lineId(at) })}
        style={{ blockSize: `${Math.min(lines.length, MAX_LINES_SHOWN) * LINE_PX + 14}px` }}
        onKeyDown={onKeyDown}
      >
        <div role="presentation" class="all-rows" style={{ height: `${rows.totalPx}px` }}>
          {rows.items.map(({ index, start }) => {
            const line = lines[index];
            return (
              line && (
                <Line
                  key={line.path}
                  id={lineId(index)}
                  line={line}
                  topPx={start}
                  isHit={hits.has(line.path)}
                  isCurrent={index === at}
                  onFold={() => {
                    setCurrent(line.path);
                    if (line.isOpen !== undefined) fold(line.path, !line.isOpen);
                  }}
                />
              )
            );
          })}
        </div>
      </div>
    </div>
  );
}

const parentOf = (path: string): string => path.slice(0, Math.max(0, path.lastIndexOf('/')));
const lineId = (index: number): string => `line-${index}`;
const renderHits = (count: number, hit: number): string =>
  count === 0 ? 'nothing' : `${(hit % count) + 1} of ${count}`;

interface LineProps {
  readonly id: string;
  readonly line: JsonLine;
  readonly topPx: number;
  readonly isHit: boolean;
  readonly isCurrent: boolean;
  readonly onFold: () => void;
}

function Line({ id, line, topPx, isHit, isCurrent, onFold }: LineProps): JSX.Element {
  const { depth, name, kind, text, isOpen } = line;
  return (
    <div
      id={id}
      class={`line${isHit ? ' hit' : ''}${isCurrent ? ' current' : ''}`}
      role="treeitem"
      aria-level={depth + 1}
      aria-selected={isCurrent}
      {...(isOpen !== undefined && { 'aria-expanded': isOpen })}
      style={{ transform: `translateY(${topPx}px)`, paddingInlineStart: `${depth * 16 + 20}px` }}
      onClick={onFold}
    >
      {isOpen !== undefined && <span class="fold">{isOpen ? '▾' : '▸'}</span>}
      {name !== undefined && (
        <span class="name">
          <Text of={name} />
        </span>
      )}
      <span class={kind}>
        <Text of={text} />
      </span>
    </div>
  );
}
