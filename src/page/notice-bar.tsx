import type { JSX } from 'preact';
import { useInspector } from './inspector.ts';

export function NoticeBar(): JSX.Element {
  const { notices } = useInspector();
  const notice = notices.current.value;
  return (
    <div class="notices" role="status" aria-live="polite">
      {notice && (
        <p class={`notice ${notice.tone}`}>
          <span>{notice.text}</span>
          <button type="button" class="plain" aria-label="Dismiss" onClick={notices.dismiss}>
            ✕
          </button>
        </p>
      )}
    </div>
  );
}
