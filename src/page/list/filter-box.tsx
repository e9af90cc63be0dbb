import { useSignal } from '@preact/signals';
import type { JSX, TargetedKeyboardEvent } from 'preact';
import { useRef } from 'preact/hooks';
import type { Completion } from './filter-completion.ts';
import { completeFilter } from './filter-completion.ts';
import { useInspector } from '../inspector.ts';
import { Text } from '../text.tsx';

const PLACEHOLDER = 'status:4xx method:post project:demo op:assets ms:>500 text';

/** The filter with what could stand next, and, where it is empty, what stood there before. */
export function FilterBox(): JSX.Element {
  const { store, filterHistory } = useInspector();
  const field = useRef<HTMLInputElement>(null);
  const caret = useSignal(0);
  const isOpen = useSignal(false);
  const chosen = useSignal(-1);
  // Keys may come faster than the page is drawn, so they look at what is, and not at what was drawn.
  const readOptions = (): readonly Completion[] =>
    isOpen.value ? listOptions(store.filter.value, caret.value, store.known.value, filterHistory.entries.value) : [];

  const noteCaret = (): void => {
    caret.value = field.current?.selectionStart ?? 0;
  };
  const shut = (): void => {
    isOpen.value = false;
    chosen.value = -1;
  };
  const take = (completion: Completion): void => {
    store.filter.value = completion.text;
    caret.value = completion.caret;
    chosen.value = -1;
    // At once, as the next key may come before the page is drawn again.
    const input = field.current;
    if (input === null) return;
    input.value = completion.text;
    input.focus();
    input.setSelectionRange(completion.caret, completion.caret);
  };
  const keep = (): void => {
    filterHistory.add(store.filter.value);
    shut();
  };
  const onKeyDown = (event: TargetedKeyboardEvent<HTMLInputElement>): void => {
    const { key } = event;
    const text = store.filter.value;
    const options = readOptions();
    const active = options[chosen.value];
    if (key === 'ArrowDown' || key === 'ArrowUp') {
      isOpen.value = true;
      const { length } = readOptions();
      if (length > 0) chosen.value = nextChoice(chosen.value, key === 'ArrowDown' ? 1 : -1, length);
    } else if ((key === 'Enter' || (key === 'Tab' && !event.shiftKey)) && active !== undefined) take(active);
    else if (key === 'Enter') {
      keep();
      document.getElementById('exchanges')?.focus();
    } else if (key === 'Escape' && options.length > 0) shut();
    else if (key === 'Escape' && text !== '') store.filter.value = '';
    else if (key === 'Escape') document.getElementById('exchanges')?.focus();
    else return;
    event.preventDefault();
  };

  const options = readOptions();
  const active = options[chosen.value];
  const problem = store.filterProblem.value;
  return (
    <div class="filter">
      <input
        ref={field}
        id="filter"
        type="text"
        role="combobox"
        aria-label="Filter"
        aria-autocomplete="list"
        aria-expanded={options.length > 0}
        aria-controls="filter-options"
        aria-invalid={problem !== undefined}
        {...(active !== undefined && { 'aria-activedescendant': `filter-option-${chosen.value}` })}
        {...(problem !== undefined && { 'aria-describedby': 'filter-problem' })}
        autoComplete="off"
        autoCapitalize="none"
        spellcheck={false}
        placeholder={PLACEHOLDER}
        value={store.filter.value}
        onInput={(event) => {
          store.filter.value = event.currentTarget.value;
          isOpen.value = true;
          chosen.value = -1;
          noteCaret();
        }}
        onKeyUp={noteCaret}
        onClick={() => {
          noteCaret();
          isOpen.value = true;
        }}
        onBlur={keep}
        onKeyDown={onKeyDown}
      />
      <ul
        id="filter-options"
        class="options"
        role="listbox"
        aria-label="What could stand here"
        hidden={options.length === 0}
      >
        {options.map((option, index) => (
          <li
            key={option.label}
            id={`filter-option-${index}`}
            role="option"
            aria-selected={index === chosen.value}
            onMouseDown={(event) => {
              event.preventDefault();
              take(option);
            }}
          >
            <span>
              <Text of={option.label} />
            </span>
            <span class="note">{option.note}</span>
          </li>
        ))}
      </ul>
      {problem !== undefined && (
        <p id="filter-problem" class="problem" role="alert">
          <Text of={problem} />
        </p>
      )}
    </div>
  );
}

/** Round and round; the first one comes after none. */
const nextChoice = (chosen: number, by: number, count: number): number =>
  by > 0 ? (chosen + 1) % count : (Math.max(chosen, 0) + count - 1) % count;

function listOptions(
  text: string,
  caret: number,
  traffic: Parameters<typeof completeFilter>[2],
  history: readonly string[],
): readonly Completion[] {
  const completions = completeFilter(text, caret, traffic);
  if (text !== '') return completions;
  const earlier = history.map((entry) => ({ label: entry, note: 'earlier', text: entry, caret: entry.length }));
  return [...earlier.slice(0, 8), ...completions];
}
