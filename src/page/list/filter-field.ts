import { useSignal } from '@preact/signals';
import type { RefObject, TargetedKeyboardEvent } from 'preact';
import { useRef } from 'preact/hooks';
import { useInspector } from '../inspector.ts';
import type { Completion } from './filter-completion.ts';
import { listOptions } from './filter-completion.ts';

/** The filter's text field as a combobox of the ARIA pattern. */
export interface FilterField {
  readonly input: RefObject<HTMLInputElement | null>;
  readonly options: readonly Completion[];
  /** Index of the active option; -1: none. */
  readonly active: number;
  readonly take: (option: Completion) => void;
  readonly onInput: (text: string) => void;
  readonly onCaret: () => void;
  readonly onClick: () => void;
  readonly onBlur: () => void;
  readonly onKeyDown: (event: TargetedKeyboardEvent<HTMLInputElement>) => void;
}

export function useFilterField(): FilterField {
  const { store, filterHistory, focus } = useInspector();
  const input = useRef<HTMLInputElement>(null);
  const caret = useSignal(0);
  const isOpen = useSignal(false);
  const active = useSignal(-1);

  // Keys may be faster than rendering, so options are read when they are needed.
  const readOptions = (): readonly Completion[] =>
    isOpen.value ? listOptions(store.filter.value, caret.value, store.known.value, filterHistory.entries.value) : [];
  const onCaret = (): void => {
    caret.value = input.current?.selectionStart ?? 0;
  };
  const open = (): void => {
    isOpen.value = true;
  };
  const shut = (): void => {
    isOpen.value = false;
    active.value = -1;
  };
  const submit = (): void => {
    filterHistory.add(store.filter.value);
    shut();
  };
  const take = (option: Completion): void => {
    store.filter.value = option.text;
    caret.value = option.caret;
    active.value = -1;
    // Before the next rendering: the next key may come earlier.
    const field = input.current;
    if (field === null) return;
    field.value = option.text;
    field.focus();
    field.setSelectionRange(option.caret, option.caret);
  };
  const move = (by: 1 | -1): true => {
    open();
    const { length } = readOptions();
    if (length > 0) active.value = step(active.value, by, length);
    return true;
  };
  const takeActive = (): boolean => {
    const option = readOptions()[active.value];
    if (option !== undefined) take(option);
    return option !== undefined;
  };

  /** Each returns whether it used the key. */
  const keys: Readonly<Record<string, (isShift: boolean) => boolean>> = {
    ArrowDown: () => move(1),
    ArrowUp: () => move(-1),
    Tab: (isShift) => !isShift && takeActive(),
    Enter: () => {
      if (takeActive()) return true;
      submit();
      focus.moveTo('list');
      return true;
    },
    Escape: () => {
      if (readOptions().length > 0) shut();
      else if (store.filter.value !== '') store.filter.value = '';
      else focus.moveTo('list');
      return true;
    },
  };

  return {
    input,
    options: readOptions(),
    active: active.value,
    take,
    onInput: (text) => {
      store.filter.value = text;
      active.value = -1;
      open();
      onCaret();
    },
    onCaret,
    onClick: () => {
      onCaret();
      open();
    },
    onBlur: submit,
    onKeyDown: (event) => {
      if (keys[event.key]?.(event.shiftKey) === true) event.preventDefault();
    },
  };
}

/** Wraps around; the first option follows none. */
const step = (active: number, by: 1 | -1, count: number): number =>
  by > 0 ? (active + 1) % count : (Math.max(active, 0) + count - 1) % count;
