/** The parts of the page that keys and buttons move the focus to. */
export type FocusPart = 'list' | 'pinned' | 'filter' | 'tab';

export interface Focus {
  /** A ref for the element that is this part. */
  readonly ref: (part: FocusPart) => (element: HTMLElement | null) => void;
  readonly moveTo: (part: FocusPart) => void;
  readonly isOn: (part: FocusPart) => boolean;
  readonly isVisible: (part: FocusPart) => boolean;
}

export function createFocus(): Focus {
  const elements = new Map<FocusPart, HTMLElement>();
  const refOf = (part: FocusPart) => (element: HTMLElement | null) => {
    if (element === null) elements.delete(part);
    else elements.set(part, element);
  };
  const refs = { list: refOf('list'), pinned: refOf('pinned'), filter: refOf('filter'), tab: refOf('tab') };
  return {
    ref: (part) => refs[part],
    moveTo: (part) => elements.get(part)?.focus(),
    isOn: (part) => elements.has(part) && document.activeElement === elements.get(part),
    isVisible: (part) => (elements.get(part)?.offsetParent ?? null) !== null,
  };
}
