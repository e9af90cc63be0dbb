import type { JSX } from 'preact';
import { useCallback } from 'preact/hooks';
import { useInspector } from '../inspector.ts';
import { Text } from '../text.tsx';
import type { FilterField } from './filter-field.ts';
import { useFilterField } from './filter-field.ts';

const PLACEHOLDER = 'status:4xx method:post project:demo op:assets ms:>500 text';

/** The filter with completions; an empty one offers earlier filters. */
export function FilterBox(): JSX.Element {
  const { store, focus } = useInspector();
  const field = useFilterField();
  const { input, options, active } = field;
  const problem = store.filterProblem.value;
  const ref = useCallback(
    (element: HTMLInputElement | null) => {
      input.current = element;
      focus.ref('filter')(element);
    },
    [input, focus],
  );
  return (
    <div class="filter">
      <input
        ref={ref}
        id="filter"
        type="text"
        role="combobox"
        aria-label="Filter"
        aria-autocomplete="list"
        aria-expanded={options.length > 0}
        aria-controls="filter-options"
        aria-invalid={problem !== undefined}
        {...(options[active] !== undefined && { 'aria-activedescendant': `filter-option-${active}` })}
        {...(problem !== undefined && { 'aria-describedby': 'filter-problem' })}
        autoComplete="off"
        autoCapitalize="none"
        spellcheck={false}
        placeholder={PLACEHOLDER}
        value={store.filter.value}
        onInput={(event) => field.onInput(event.currentTarget.value)}
        onKeyUp={field.onCaret}
        onClick={field.onClick}
        onBlur={field.onBlur}
        onKeyDown={field.onKeyDown}
      />
      <Options field={field} />
      {problem !== undefined && (
        <p id="filter-problem" class="problem" role="alert">
          <Text of={problem} />
        </p>
      )}
    </div>
  );
}

function Options({ field: { options, active, take } }: { readonly field: FilterField }): JSX.Element {
  return (
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
          aria-selected={index === active}
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
  );
}
