import type { JSX, TargetedKeyboardEvent } from 'preact';
import { useRef, useState } from 'preact/hooks';
import type { Completion } from './filter-completion.ts';
import { completeFilter } from './filter-completion.ts';
import { useInspector } from './inspector.ts';
import { Text } from './text.tsx';

const PLACEHOLDER = 'status:4xx method:post project:demo op:assets ms:>500 text';

/** The filter with what could stand next, and, where it is empty, what stood there before. */
export function FilterBox(): JSX.Element {
  const { store, filterHistory } = useInspector();
  const field = useRef<HTMLInputElement>(null);
  const [caret, setCaret] = useState(0);
  const [isOpen, setIsOpen] = useState(false);
  const [chosen, setChosen] = useState(-1);
  const text = store.filter.value;
  const options = isOpen ? listOptions(text, caret, store.known.value, filterHistory.entries.value) : [];
  const active = options[chosen];

  const noteCaret = (): void => setCaret(field.current?.selectionStart ?? 0);
  const shut = (): void => {
    setIsOpen(false);
    setChosen(-1);
  };
  const take = (completion: Completion): void => {
    store.filter.value = completion.text;
    setCaret(completion.caret);
    setChosen(-1);
    requestAnimationFrame(() => {
      field.current?.focus();
      field.current?.setSelectionRange(completion.caret, completion.caret);
    });
  };
  const keep = (): void => {
    if (store.filterProblem.value === undefined) filterHistory.add(text);
    shut();
  };
  const onKeyDown = (event: TargetedKeyboardEvent<HTMLInputElement>): void => {
    const { key } = event;
    if (key === 'ArrowDown' || key === 'ArrowUp') {
      setIsOpen(true);
      if (options.length > 0) setChosen((chosen + (key === 'ArrowDown' ? 1 : options.length)) % options.length);
    } else if ((key === 'Enter' || (key === 'Tab' && !event.shiftKey)) && active !== undefined) take(active);
    else if (key === 'Enter') {
      keep();
      document.getElementById('exchanges')?.focus();
    } else if (key === 'Escape' && isOpen && options.length > 0) shut();
    else if (key === 'Escape' && text !== '') store.filter.value = '';
    else if (key === 'Escape') document.getElementById('exchanges')?.focus();
    else return;
    event.preventDefault();
  };

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
        {...(active !== undefined && { 'aria-activedescendant': `filter-option-${chosen}` })}
        {...(problem !== undefined && { 'aria-describedby': 'filter-problem' })}
        autoComplete="off"
        autoCapitalize="none"
        spellcheck={false}
        placeholder={PLACEHOLDER}
        value={text}
        onInput={(event) => {
          store.filter.value = event.currentTarget.value;
          setIsOpen(true);
          setChosen(-1);
          noteCaret();
        }}
        onKeyUp={noteCaret}
        onClick={() => {
          noteCaret();
          setIsOpen(true);
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
            aria-selected={index === chosen}
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
