const TOKEN = /\s*(?:("(?:[^"\\]|\\[^])*")|([{[])|([}\]])|[,:]|([^\s{}[\],:"]+))/y;
const CLOSING: Readonly<Record<string, string>> = { '{': '}', '[': ']' };

/** Completes truncated JSON: drops the unfinished value, closes brackets. */
export function completeJson(text: string): string {
  let open = '';
  let before = '';
  let whole = { end: 0, open: '' };
  TOKEN.lastIndex = 0;
  for (let found; (found = TOKEN.exec(text)) !== null;) {
    const [token, string, begin, end, literal] = found;
    if (begin !== undefined) open = (CLOSING[begin] ?? '') + open;
    if (end !== undefined) open = open.slice(1);
    const isName = string !== undefined && open.startsWith('}') && before !== ':';
    // It may be truncated too.
    const isCut = literal !== undefined && TOKEN.lastIndex === text.length;
    const endsHere = begin ?? end ?? string ?? literal;
    if (endsHere !== undefined && !isName && !isCut) whole = { end: TOKEN.lastIndex, open };
    before = token.trim();
  }
  return text.slice(0, whole.end) + whole.open;
}
